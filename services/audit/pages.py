"""Pages for inspectors: live board, items and their timelines, entries. Nothing here needs JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.audit import (
    anchor_pages,
    erasure_pages,
    evidence_pages,
    proof_pages,
    public,
    queries,
    seal_pages,
    verifier,
    views,
)
from services.audit.api import board_data
from services.audit.asking import Events, Window
from services.audit.domain.board import NAMES
from services.audit.domain.timeline import TYPES
from services.audit.inspector import Inspecting, Inspector
from shared import directory
from shared.workdays import legal_day

router = APIRouter()
router.include_router(proof_pages.router)
for part in (evidence_pages, seal_pages, erasure_pages, verifier, anchor_pages, public):
    router.include_router(part.router)


async def agencies(inspector: Inspecting) -> list[tuple[str, str]]:
    """Those supervised, as choices for a form."""
    async with inspector.reading() as db:
        known = {agency.agency: agency.name for agency in await directory.agencies(db)}
    return [(id, known.get(id, id)) for id in inspector.agencies]


@router.get("/")
async def board(request: Request, inspector: Inspector, window: Window = "hours") -> Response:
    """The live board."""
    today = legal_day(inspector.caller.now)
    data = await board_data(inspector, window)
    async with inspector.reading() as db:
        overdue = await queries.overdue(db, today)
    async with inspector.ledger() as db:
        head, findings = await queries.head(db), await queries.open_findings(db)
        checks = await queries.verifications(db)
    return inspector.pages.render(
        request, "live.html", board=data, kinds=NAMES, windows=views.WINDOWS, today=today,
        overdue=overdue, names=dict(await agencies(inspector)), head=head, findings=findings,
        last=next((check for check in checks if check["finished_at"]), None),
    )  # fmt: skip


@router.get("/overdue")
async def overdue(request: Request, inspector: Inspector) -> Response:
    """What should be public and is not."""
    today = legal_day(inspector.caller.now)
    async with inspector.reading() as db:
        rows = await queries.overdue(db, today)
    return inspector.pages.render(
        request, "overdue.html", rows=rows, today=today, names=dict(await agencies(inspector))
    )


@router.get("/items")
async def items(
    request: Request, inspector: Inspector, q: str = "", agency: str = "", before: str = ""
) -> Response:
    """Search by id, title, document number or agency."""
    async with inspector.reading() as db:
        rows = await queries.items(db, q.strip(), agency or None, before or None)
    choices = await agencies(inspector)
    older = _older("/audit/items", rows, "item", q=q, agency=agency)
    return inspector.pages.render(
        request, "items.html", rows=rows, q=q, agency=agency, choices=choices, names=dict(choices),
        older=older, today=legal_day(inspector.caller.now),
    )  # fmt: skip


@router.get("/items/{item}")
async def item(request: Request, inspector: Inspector, item: str) -> Response:
    """Everything that happened to one item."""
    today = legal_day(inspector.caller.now)
    async with inspector.reading() as db:
        rows, about = await queries.timeline(db, item), await queries.item(db, item)
        category = await views.category(db, about, today) if about else None
    lines = await views.lines(inspector, item, rows)
    return inspector.pages.render(
        request, "timeline.html", item=item, about=about, category=category, lines=lines,
        working=len(rows) - len(lines),
        names=dict(await agencies(inspector)), today=today,
    )  # fmt: skip


@router.get("/events")
async def events(request: Request, inspector: Inspector, wanted: Events) -> Response:
    """Entries of the ledger by agency, type and time."""
    async with inspector.reading() as db:
        rows = await queries.events(db, wanted)
    asked = {k: v for k, v in request.query_params.items() if k != "before"}
    choices = await agencies(inspector)
    people = await inspector.names(row["actor"] for row in rows)
    return inspector.pages.render(
        request, "events.html", rows=rows, asked=asked, choices=choices, names=dict(choices),
        types=list(TYPES.items()), people=people, older=_older("/audit/events", rows, "idx", **asked),
    )  # fmt: skip


def _older(path: str, rows: Sequence[Any], key: str, **asked: str) -> str | None:
    """The address of the next page: it goes on after the last row's key."""
    if len(rows) < queries.PAGE:
        return None
    return f"{path}?{urlencode({**asked, 'before': rows[-1][key]})}"
