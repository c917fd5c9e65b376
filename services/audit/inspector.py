"""Who inspects: a supervisor (监督), who reads everything of the agencies below, and edits nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from fastapi import Depends

from services.audit import queries
from services.audit.aggregates import ACCESS
from services.audit.domain.access import ReadContent, Way
from services.audit.proofs import NoSuchEntry
from services.audit.readers import reading_as
from shared import directory
from shared.caller import Asking, Caller, NotYours
from shared.db import Db, scoped
from shared.errors import DomainError
from shared.ids import new_id
from shared.pages import Pages
from shared.peers import NAMES

CITIZEN = "citizen"
NOBODY = "-"  # agency of what the log says of itself


class Named(dict[str, str]):
    """Names by id. Services and the public need no catalog; who is unknown stays an id."""

    def __missing__(self, id: str) -> str:
        if id.startswith("service:"):
            return f"系统（{NAMES.get(id[8:], id[8:])}）"
        return "公众" if id == CITIZEN else id


@dataclass(frozen=True)
class Inspecting:
    """One request of a supervisor. `agencies` are those of the role, not of other posts held."""

    caller: Asking
    agencies: tuple[str, ...]

    @property
    def pages(self) -> Pages:
        pages = self.caller.runtime.service.pages
        assert pages is not None
        return pages

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Db]:
        """Under row-level security, the supervised agencies only."""
        async with scoped(self.caller.runtime.app_pool, self.agencies, write=False) as db:
            yield db

    @asynccontextmanager
    async def ledger(self) -> AsyncIterator[Db]:
        """The tables without an agency: head, leaves, sealed records, verifications."""
        async with reading_as(self.caller.runtime.app_pool, "inspector") as db:
            yield db

    @property
    def office(self) -> str:
        """The agency she inspects for."""
        return next(grant.agency for grant in self.caller.grants if grant.role == "SUPERVISOR")

    async def note_reading(self, way: Way, about: str, entries: int) -> None:
        """Before sealed records are opened for her, that she reads them becomes a fact itself."""
        read = ReadContent(by=self.caller.person, way=way, about=about, entries=entries)
        await self.caller.execute(ACCESS, new_id(), read, agency=self.office)

    async def entry(self, key: str) -> Any:
        """The index row by ledger index or event id: of her agencies, or of the log itself.

        Raises NoSuchEntry.
        """
        async with self.reading() as db:
            row = await queries.entry(db, key)
        if row is None:
            async with self.ledger() as db:
                row = await queries.entry(db, key)
            if row is None or row["agency"] != NOBODY:
                raise NoSuchEntry
        return row

    async def names(self, people: Iterable[str | None]) -> Named:
        """Names from catalog; the id itself where catalog does not know or does not answer."""
        wanted = sorted({p for p in people if p and p != CITIZEN and not p.startswith("service:")})
        found: dict[str, dict[str, str]] = {}
        if wanted:
            try:
                path = "/api/v1/people?ids=" + quote(",".join(wanted))
                found = (await self.caller.peers.get("catalog", path, patience=2)).json()
            except (DomainError, httpx.HTTPError, ValueError):
                found = {}
        return Named({id: person["name"] for id, person in found.items() if person.get("name")})


async def inspecting(caller: Caller) -> Inspecting:
    """Raises NotYours for everybody who is no supervisor."""
    tops = {grant.agency for grant in caller.grants if grant.role == "SUPERVISOR"}
    if not tops:
        raise NotYours("此页面仅供监督人员查看")
    async with caller.runtime.app_pool.acquire() as db:
        below = [agency for top in sorted(tops) for agency in await directory.subtree(db, top)]
    return Inspecting(caller, tuple(dict.fromkeys(below)))


Inspector = Annotated[Inspecting, Depends(inspecting)]
