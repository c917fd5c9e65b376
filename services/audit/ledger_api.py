"""JSON routes of the ledger: entries with their leaves, proofs checked before they are given, its state."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from services.audit import proofs, queries, status, views
from services.audit.asking import Events
from services.audit.domain.timeline import TYPES
from services.audit.inspector import Inspector
from services.audit.proofs import NotYetWitnessed
from services.audit.vault import vault_of
from shared.events import Json
from shared.workdays import start_of
from tlog.checkpoint import checkpoint_of
from tlog.text import base64

router = APIRouter()
Size = Annotated[int, Query(ge=0, lt=2**63)]
PROOF = "text/plain; charset=utf-8"


@router.get("/events")
async def events(inspector: Inspector, wanted: Events) -> Json:
    """Entries with their leaves, newest first (with `after` oldest first): `before` or `after` is the
    ledger index to go on from."""
    async with inspector.reading() as db:
        rows = await queries.events(db, wanted)
    async with inspector.ledger() as db:
        leaves = await queries.leaves(db, [row["idx"] for row in rows])
    last = rows[-1]["idx"] if len(rows) == queries.PAGE else None
    return {
        "events": [_event(row, leaves) for row in rows],
        "before": last if wanted.after is None else None,
        "after": None if wanted.after is None else last,
    }


@router.get("/events/{id}")
async def event(inspector: Inspector, id: str) -> Json:
    """One entry, by event id or ledger index, with what its record says. The reading is recorded."""
    row = await inspector.entry(id)
    await inspector.note_reading("EVENT", row["id"], 1)
    async with inspector.ledger() as db:
        leaves = await queries.leaves(db, [row["idx"]])
        said = await views.opened_records(db, vault_of(inspector.caller.runtime.settings), [row])
    return {**_event(row, leaves), "data": said.get(row["idx"])}


@router.get("/events/{id}/proof")
async def proof(inspector: Inspector, id: str) -> Response:
    """A tlog-proof of the entry; 202 while no note with a quorum covers it. Raises Unproved."""
    row = await inspector.entry(id)
    async with inspector.ledger() as db:
        try:
            proved = await proofs.entry(db, row["idx"], await proofs.newest(db))
        except NotYetWitnessed as wait:
            return JSONResponse({"detail": wait.detail}, 202, {"Retry-After": "2"})
    return Response(proved.proof.encode(), media_type=PROOF)


@router.get("/proof/inclusion")
async def inclusion(inspector: Inspector, index: Size) -> Json:
    """Audit path of a leaf in the newest tree with a quorum. Raises NoSuchEntry, Unproved."""
    async with inspector.ledger() as db:
        note = await proofs.newest(db)
        proved = await proofs.entry(db, index, note)
    tree = checkpoint_of(note)
    return {
        "index": index, "size": tree.size, "root": base64(tree.root),
        "leaf": b64encode(proved.leaf).decode(), "hashes": [base64(h) for h in proved.proof.hashes],
    }  # fmt: skip


@router.get("/proof/consistency")
async def consistency(
    inspector: Inspector, old: Annotated[int, Query(alias="from", ge=1, lt=2**63)], to: Size
) -> Json:
    """That the first `from` leaves are the beginning of the first `to`. Raises NoSuchSize, Unproved."""
    async with inspector.ledger() as db:
        tree = await proofs.checkpoint(db, to)
        hashes = await proofs.consistency(db, old, tree)
    return {"from": old, "to": to, "root": base64(tree.root), "hashes": [base64(h) for h in hashes]}


@router.get("/checkpoints")
async def checkpoints(inspector: Inspector, day: date) -> Json:
    """The notes released on a legal day, oldest first, at most 1,000."""
    begin, end = start_of(day), start_of(day + timedelta(days=1))
    async with inspector.ledger() as db:
        rows = await db.fetch(
            "SELECT size, at, note, quorum FROM ledger_note WHERE at >= $1 AND at < $2"
            " ORDER BY at LIMIT 1000",
            begin,
            end,
        )
    return {"checkpoints": [{**dict(row), "note": row["note"].decode()} for row in rows]}


@router.get("/status")
async def state(inspector: Inspector) -> Json:
    """What is taken in, what is shown, who witnesses, what does not fit."""
    async with inspector.ledger() as db:
        found = await status.read(db, inspector.caller.now)
    return found.wire()


@router.get("/findings")
async def findings(inspector: Inspector) -> Json:
    """What does not fit and is not settled."""
    async with inspector.ledger() as db:
        rows = await queries.open_findings(db)
    return {"findings": [{k: v for k, v in dict(row).items() if k != "closed_at"} for row in rows]}


@router.get("/ledger")
async def ledger(inspector: Inspector) -> Json:
    """Size and root, and what does not fit."""
    async with inspector.ledger() as db:
        head, rows = await queries.head(db), await queries.open_findings(db)
    return {
        "size": head["size"],
        "root": head["root"].hex(),
        "findings": [{name: row[name] for name in ("kind", "service", "subject")} for row in rows],
    }


def _event(row: Any, leaves: dict[int, bytes]) -> Json:
    leaf = leaves.get(row["idx"])
    return {
        **dict(row),
        "label": TYPES.get(row["type"]),
        "leaf": b64encode(leaf).decode() if leaf else None,
    }
