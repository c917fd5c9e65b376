"""Lawful erasure (依法销毁): one supervisor or administrator asks with a reason, another one decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.audit.aggregates import ERASURE
from services.audit.domain.erasure import BASES, Basis, DecideErasure, RequestErasure
from services.audit.domain.refusals import NoSuchErasure, NothingThere, ReasonNeeded
from services.audit.inspector import Inspecting
from services.audit.readers import reading_as
from shared import directory
from shared.caller import Caller, NotYours
from shared.db import Db
from shared.ids import new_id

router = APIRouter(prefix="/erasures", tags=["erasures"])
ROLES = frozenset({"SUPERVISOR", "ADMINISTRATOR"})
LONGEST = 2_000  # characters of a reason
SUBJECT = """
SELECT DISTINCT split_part(stream, '-', 1) AS category, agency FROM ledger_event WHERE subject = $1
"""
LISTED = "SELECT * FROM erasures ORDER BY requested_at DESC LIMIT 100"
DONE = "SELECT stream, idx FROM ledger_event WHERE stream = ANY($1)"


@dataclass(frozen=True)
class Erasing(Inspecting):
    """One request of somebody who may ask for an erasure, or decide on one."""

    @property
    def office(self) -> str:
        return next(grant.agency for grant in self.caller.grants if grant.role in ROLES)


async def erasing(caller: Caller) -> Erasing:
    """Raises NotYours for everybody who is neither supervisor nor administrator."""
    mine = [grant for grant in caller.grants if grant.role in ROLES]
    if not mine:
        raise NotYours("此页面仅供监督人员和管理员使用")
    seen = dict.fromkeys(grant.agency for grant in mine)
    async with caller.runtime.app_pool.acquire() as db:
        for grant in mine:
            if grant.role == "SUPERVISOR":
                seen |= dict.fromkeys(await directory.subtree(db, grant.agency))
    return Erasing(caller, tuple(seen))


Eraser = Annotated[Erasing, Depends(erasing)]


@router.get("")
async def erasures(request: Request, eraser: Eraser) -> Response:
    """What was asked for, decided and done; and the form."""
    async with eraser.reading() as db:
        rows = await db.fetch(LISTED)
        reasons = await eraser.caller.texts.many(db, [row["reason"] for row in rows])
    done = await _done(eraser, [row["erasure"] for row in rows])
    names = await eraser.names(
        id for row in rows for id in (row["requested_by"], row["decided_by"])
    )
    return eraser.pages.render(
        request, "erasures.html", rows=rows, reasons=reasons, done=done, names=names,
        bases=list(BASES.items()), me=eraser.caller.person, id=new_id(),
    )  # fmt: skip


@router.post("")
async def ask(
    eraser: Eraser,
    id: Annotated[str, Form(pattern="^[0-9a-f-]{36}$")],
    subject: Annotated[str, Form(max_length=200)],
    basis: Annotated[Basis, Form()],
    reason: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Raises NothingThere, NotPersonal, ReasonNeeded, AlreadyRequested."""
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    caller = eraser.caller
    categories, agency = await _subject(eraser, subject.strip())
    async with caller.writing() as db:
        text = await caller.texts.put(db, agency, reason.strip())
        command = RequestErasure(
            subject_id=subject.strip(), categories=categories, basis=basis, reason_hash=text,
            by=caller.person,
        )  # fmt: skip
        await caller.facts.execute_in(db, ERASURE, id, command, caller.context(agency))
    return RedirectResponse("/audit/erasures", 303)


@router.post("/{id}/decision")
async def decide(eraser: Eraser, id: str, approve: Annotated[bool, Form()]) -> Response:
    """Raises NoSuchErasure, OwnRequest, AlreadyDecided. What was approved is done within seconds."""
    caller = eraser.caller
    async with eraser.reading() as db:
        agency = await db.fetchval("SELECT agency FROM erasures WHERE erasure = $1", id)
    if agency is None:
        raise NoSuchErasure
    command = DecideErasure(approve=approve, by=caller.person, office=eraser.office)
    await caller.execute(ERASURE, id, command, agency=agency)
    return RedirectResponse("/audit/erasures", 303)


async def _subject(eraser: Erasing, subject: str) -> tuple[tuple[str, ...], str]:
    """In which kinds of streams it appears, and of which agency. Raises NothingThere."""
    async with reading_as(eraser.caller.runtime.app_pool, "inspector") as db:
        rows = await db.fetch(SUBJECT, subject)
    agencies = {row["agency"] for row in rows}
    if not rows or not agencies <= set(eraser.agencies):
        raise NothingThere(field="subject")
    return tuple(sorted({row["category"] for row in rows})), min(agencies)


async def _done(eraser: Erasing, ids: Sequence[str]) -> dict[str, int]:
    """Index of the log's own entry, by erasure."""
    streams = [f"erased-{id}" for id in ids]
    async with eraser.ledger() as db:
        rows: Sequence[Any] = await _fetch(db, streams)
    return {row["stream"].removeprefix("erased-"): row["idx"] for row in rows}


async def _fetch(db: Db, streams: Sequence[str]) -> Sequence[Any]:
    rows: Sequence[Any] = await db.fetch(DONE, streams)
    return rows
