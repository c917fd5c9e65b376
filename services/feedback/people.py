"""Names of people for pages. They are not in facts: catalog is asked, and may be away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.caller import Asking
from shared.errors import DomainError

KNOWN = {"citizen": "公众", "service:feedback": "系统"}


async def names(caller: Asking, ids: Iterable[str | None]) -> Mapping[str, str]:
    """Name by id; the id itself where catalog does not know or does not answer."""
    wanted = sorted({id for id in ids if id and id not in KNOWN})
    found: dict[str, dict[str, str]] = {}
    if wanted:
        try:
            path = "/api/v1/people?ids=" + ",".join(wanted)
            found = (await caller.peers.get("catalog", path, patience=2)).json()
        except DomainError:
            found = {}
    return KNOWN | {id: found.get(id, {}).get("name", id) for id in wanted}
