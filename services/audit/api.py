"""JSON routes for inspectors."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel

from services.audit import ledger_api, queries, verification, views
from services.audit.asking import Window
from services.audit.inspector import Inspecting, Inspector
from shared import directory
from shared.events import Json
from shared.workdays import legal_day

router = APIRouter(prefix="/api/v1", tags=["audit"])
router.include_router(ledger_api.router)


@router.get("/board")
async def board(inspector: Inspector, window: Window = "hours") -> Json:
    """The live board: figures over time and per agency, and how far they can be trusted."""
    return await board_data(inspector, window)


async def board_data(inspector: Inspecting, window: str) -> Json:
    now = inspector.caller.now
    async with inspector.reading() as db:
        cells = await queries.board(db, views.since("days", now))
        names = {agency.agency: agency.name for agency in await directory.agencies(db)}
        last, drift = await queries.last_recount(db), await queries.last_drift(db)
    return {
        "window": window,
        **views.series(cells, window, now),
        "agencies": views.per_agency(cells, names, now),
        "recountedAt": last["at"] if last else None,
        "drift": last["drift"] if last else None,
        "countedAt": last["moved_at"] if last else None,
        "lastDrift": dict(drift) if drift else None,
    }


@router.get("/items/{item}/timeline")
async def timeline(inspector: Inspector, item: str) -> Json:
    """Everything that happened to an item: who, in which position, when, what, which hash."""
    async with inspector.reading() as db:
        rows = await queries.timeline(db, item)
    return {
        "item": item,
        "timeline": [vars(line) for line in await views.lines(inspector, item, rows)],
    }


class Asked(BaseModel):
    facts: bool = True
    roots: dict[int, str] = {}


@router.post("/verifications", status_code=202)
async def verify(inspector: Inspector, asked: Asked) -> Json:
    """Put a verification into the queue; `roots` are size → root (hex) kept elsewhere."""
    async with inspector.ledger() as db:
        caller = inspector.caller
        id = await verification.request(db, caller.person, caller.now, asked.roots, asked.facts)
    return {"id": id}


@router.get("/verifications/{id}")
async def outcome(inspector: Inspector, id: str) -> Json:
    """Progress, and the report when it is done."""
    async with inspector.ledger() as db:
        row = await queries.verification(db, id)
    report: Any = orjson.loads(row["report"]) if row["report"] else None
    return {"id": id, "done": row["done"], "total": row["total"], "report": report}


@router.get("/tasks")
async def tasks(inspector: Inspector) -> Json:
    """Overdue items, for the workbench."""
    today = legal_day(inspector.caller.now)
    async with inspector.reading() as db:
        rows = await queries.overdue(db, today)
    return {
        "tasks": [
            {
                "id": f"overdue-{row['item']}", "title": row["title"] or "（未批准，标题不公开）",
                "kind": "逾期督办", "agency": row["agency"], "dueOn": row["publish_by"] or row["missed_on"],
                "overdue": True, "provisional": bool(row["provisional"]),
                "href": f"/audit/items/{row['item']}", "since": row["status_at"],
            }
            for row in rows
        ]
    }  # fmt: skip
