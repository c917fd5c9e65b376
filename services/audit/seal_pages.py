"""Pages of what is sealed: the newest checkpoint and who witnessed it, and one entry with its record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.audit import queries, status, views
from services.audit.evidence import sealed
from services.audit.inspector import Inspector
from services.audit.settings import AuditSettings
from services.audit.vault import vault_of
from shared import directory
from shared.db import Db
from shared.pages import moment
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note

router = APIRouter()
ANCHORS = "SELECT day, size FROM ledger_anchor ORDER BY day DESC LIMIT 10"
NOT_BEFORE = """
SELECT seen_from FROM ledger_note WHERE quorum AND size <= $1 ORDER BY size DESC, at DESC LIMIT 1
"""
SEEN_BY = "SELECT seen_until FROM ledger_note WHERE quorum AND size > $1 ORDER BY size, at LIMIT 1"


@router.get("/checkpoints")
async def checkpoints(request: Request, inspector: Inspector) -> Response:
    """The newest checkpoint, its witnesses, the daily anchors, and what can be taken away."""
    async with inspector.ledger() as db:
        state = await status.read(db, inspector.caller.now)
        note = await db.fetchval("SELECT note FROM ledger_published")
        anchors = await db.fetch(ANCHORS)
    return inspector.pages.render(
        request, "checkpoints.html", state=state, anchors=anchors, alarm=status.ALARM,
        note=note.decode() if note else None,
        root=checkpoint_of(parse_note(note)).root.hex() if note else None,
        configured=AuditSettings().witnesses is not None,
    )  # fmt: skip


@router.get("/entries/{id}")
async def entry(request: Request, inspector: Inspector, id: str) -> Response:
    """One entry by ledger index or event id. Opening its record is recorded. Raises NoSuchEntry."""
    row = await inspector.entry(id)
    await inspector.note_reading("EVENT", row["id"], 1)
    vault = vault_of(inspector.caller.runtime.settings)
    async with inspector.ledger() as db:
        leaf = (await queries.leaves(db, [row["idx"]])).get(row["idx"], b"")
        said = (await views.opened_records(db, vault, [row])).get(row["idx"])
        erased = None if said is not None else (await sealed.erasures(db, vault)).get(_ref(leaf))
        witnessed = await db.fetchval(
            "SELECT 1 FROM ledger_note WHERE quorum AND size > $1 LIMIT 1", row["idx"]
        )
        window = await _window(db, row["idx"])
    async with inspector.reading() as db:
        names = {one.agency: one.name for one in await directory.agencies(db)}
    return inspector.pages.render(
        request, "entry.html", row=row, leaf=_pretty(leaf), said=_pretty(said), erased=erased,
        witnessed=bool(witnessed), window=window, names=names,
        people=await inspector.names([row["actor"]]),
    )  # fmt: skip


async def _window(db: Db, index: int) -> str:
    """Between which moments it was taken in, by the witnesses' clocks."""
    after: datetime | None = await db.fetchval(NOT_BEFORE, index)
    before: datetime | None = await db.fetchval(SEEN_BY, index)
    parts = [f"晚于 {moment(after)}"] if after else []
    parts += [f"不晚于 {moment(before)}"] if before else []
    return "，".join(parts) or "尚无见证"


def _ref(leaf: bytes) -> str:
    try:
        return str(orjson.loads(leaf)["ref"])
    except (ValueError, KeyError, TypeError):
        return ""


def _pretty(data: Any) -> str | None:
    """JSON for reading; what is none as it is."""
    if data is None:
        return None
    try:
        parsed = orjson.loads(data) if isinstance(data, bytes) else data
        return orjson.dumps(parsed, option=orjson.OPT_INDENT_2).decode()
    except ValueError:
        return bytes(data).decode("utf-8", "replace")
