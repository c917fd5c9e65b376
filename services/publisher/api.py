"""JSON routes of publisher: release, confirm, retry, tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from services.publisher import office, queries
from services.publisher.rights import OPERATORS, RELEASERS, seen
from shared.caller import Caller
from shared.events import Json, Wire
from shared.workdays import legal_day

router = APIRouter(prefix="/api/v1", tags=["publications"])


class Expected(Wire):
    """The version a form was made from."""

    expected: int | None = None


@router.get("/publications/{item_id}")
async def publication(item_id: str, caller: Caller) -> Json:
    async with caller.reading() as db:
        row = await seen(caller, db, item_id)
        channels = await queries.deliveries(db, item_id)
    return {
        "itemId": row.item_id,
        "agency": row.agency,
        "revision": row.revision,
        "round": row.round,
        "version": row.version,
        "status": row.status,
        "title": row.title,
        "indexNo": row.index_no,
        "releasedOn": row.released_on,
        "postUntil": {"date": row.post_until, "open": row.post_open, "rule": row.post_rule},
        "endedOn": row.ended_on,
        "deliveries": [
            {"channel": d["channel"], "ring": d["ring"], "round": d["round"], "state": d["state"],
             "attempts": d["attempts"], "code": d["code"], "nextTry": d["next_try"],
             "occurredOn": d["occurred_on"], "due": d["due"], "key": d["key"]}
            for d in channels
        ],
    }  # fmt: skip


@router.post("/publications/{item_id}/release", status_code=204)
async def release(item_id: str, body: Expected, caller: Caller) -> None:
    await office.release_item(caller, item_id, body.expected)


@router.post("/deliveries/{key}/confirm", status_code=204)
async def confirm(
    key: str,
    caller: Caller,
    occurred_on: Annotated[date, Form(alias="occurredOn")],
    file: Annotated[UploadFile, File()],
) -> None:
    await office.confirm_delivery(caller, key, occurred_on, file)


@router.post("/deliveries/{key}/retry", status_code=204)
async def retry(key: str, caller: Caller) -> None:
    await office.retry_delivery(caller, key)


@router.get("/tasks")
async def tasks(caller: Caller) -> Json:
    """What this person has to release, and channels to confirm or look after."""
    agencies = tuple(sorted({g.agency for g in caller.grants if g.role in RELEASERS}))
    operating = {g.agency for g in caller.grants if g.role in OPERATORS}
    async with caller.reading() as db:
        waiting = await queries.waiting(db, agencies) if agencies else []
        channels = [d for d in await queries.open_deliveries(db) if d["agency"] in operating]
    today = legal_day(caller.now)
    found = [
        _task("RELEASE", f"release-{row.item_id}", row.__dict__, row.opened_at, today)
        | {"provisional": row.provisional}
        for row in waiting
    ]
    return {
        "tasks": [
            *found,
            *(_task("DELIVERY", d["key"], d, d["planned_at"], today) for d in channels),
        ]
    }


def _task(kind: str, id: str, row: Json, since: datetime, today: date) -> Json:
    due = row["due_on"]
    return {
        "id": f"publisher-{id}",
        "title": row["title"],
        "kind": kind,
        "agency": row["agency"],
        "dueOn": due,
        "overdue": bool(due and due < today),
        "provisional": False,
        "href": f"/publisher/work/{row['item_id']}",
        "since": since,
    }
