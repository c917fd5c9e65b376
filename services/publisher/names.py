"""Names of people, from catalog: facts hold ids only."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from shared.caller import Asking
from shared.errors import DomainError

PATIENCE = 3.0  # seconds for what a page can do without
AT_ONCE = 100  # ids of one question


async def names_of(caller: Asking, people: Iterable[str]) -> dict[str, str]:
    """By person id; the id stands for a name that cannot be had now."""
    wanted = sorted({person for person in people if person and ":" not in person})
    known = {person: person for person in wanted} | {"service:publisher": "系统按规则自动发布"}
    for start in range(0, len(wanted), AT_ONCE):
        ids = ",".join(quote(person) for person in wanted[start : start + AT_ONCE])
        try:
            answer = await caller.peers.get(
                "catalog", f"/api/v1/people?ids={ids}", patience=PATIENCE
            )
        except DomainError:
            return known
        known |= {id: who["name"] for id, who in answer.json().items()}
    return known
