"""JSON routes of publisher: release, confirm, retry, tasks."""

from __future__ import annotations

import mimetypes
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile

from services.publisher import delivering, queries, releasing
from services.publisher.aggregates import DELIVERY
from services.publisher.domain.delivery import AUTOMATIC, RetryDelivery
from services.publisher.domain.errors import BadDate, EvidenceNeeded, NoSuchDelivery
from services.publisher.domain.events import Evidence
from shared.caller import Asking, Caller
from shared.errors import Invalid
from shared.events import Json, Wire
from shared.workdays import legal_day

router = APIRouter(prefix="/api/v1", tags=["publications"])
RELEASERS = ("DISCLOSURE_OFFICE",)
OPERATORS = ("DISCLOSURE_OFFICE", "CHANNEL_OPERATOR")
MAX_PHOTO = 20 * 1024 * 1024


class Expected(Wire):
    """The version a form was made from."""

    expected: int | None = None


@router.get("/publications/{item_id}")
async def publication(item_id: str, caller: Caller) -> Json:
    async with caller.reading() as db:
        row = await queries.publication(db, item_id)
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
    await release_item(caller, item_id, body.expected)


async def release_item(caller: Asking, item_id: str, expected: int | None = None) -> None:
    """The disclosure office lets it go (S2-23)."""
    async with caller.reading() as db:
        row = await queries.publication(db, item_id)
    caller.require(row.agency, *RELEASERS)
    async with caller.writing() as db:
        context = caller.context(row.agency)
        await releasing.release(db, caller.facts, item_id, context, expected)


@router.post("/deliveries/{key}/confirm", status_code=204)
async def confirm(
    key: str,
    caller: Caller,
    occurred_on: Annotated[date, Form(alias="occurredOn")],
    file: Annotated[UploadFile, File()],
) -> None:
    await confirm_delivery(caller, key, occurred_on, file)


async def confirm_delivery(caller: Asking, key: str, occurred_on: date, file: UploadFile) -> None:
    """A board, meeting or document was really shown: the photo or minutes prove it (S1-16).

    Raises EvidenceNeeded, BadDate, NotWaiting, TooEarly.
    """
    row = await _delivery(caller, key)
    caller.require(row["agency"], *OPERATORS)
    if row["channel"] in AUTOMATIC:
        raise Invalid("该渠道由系统自动确认", field="channel")
    data = await file.read(MAX_PHOTO + 1)
    if not data or not file.filename:
        raise EvidenceNeeded(field="file")
    if len(data) > MAX_PHOTO:
        raise Invalid("照片超过 20 MB，请压缩后上传", field="file")
    async with caller.reading() as db:
        opened = await queries.publication(db, row["item_id"])
    earliest = date.fromisoformat(opened.clearance["determinedOn"])
    if not earliest <= occurred_on <= legal_day(caller.now):
        raise BadDate(field="occurredOn")
    digest = await caller.blobs.put(data)
    kind = (
        "PHOTO"
        if (mimetypes.guess_type(file.filename)[0] or "").startswith("image/")
        else "MINUTES"
    )
    evidence = (Evidence(kind=kind, ref=f"blob:{digest}", sha256=digest),)
    async with caller.writing() as db:
        context = caller.context(row["agency"])
        await delivering.confirm(db, caller.facts, key, occurred_on, evidence, context)


@router.post("/deliveries/{key}/retry", status_code=204)
async def retry(key: str, caller: Caller) -> None:
    await retry_delivery(caller, key)


async def retry_delivery(caller: Asking, key: str) -> None:
    """Try a failed channel now instead of at the time of the back-off."""
    row = await _delivery(caller, key)
    caller.require(row["agency"], *OPERATORS)
    await caller.execute(DELIVERY, key, RetryDelivery(caller.now), agency=row["agency"])


async def _delivery(caller: Asking, key: str) -> Any:
    async with caller.reading() as db:
        row = await db.fetchrow("SELECT * FROM deliveries WHERE key = $1", key)
    if row is None:
        raise NoSuchDelivery
    return row


@router.get("/tasks")
async def tasks(caller: Caller) -> Json:
    """What this person has to release, and channels to confirm or look after."""
    office = tuple(sorted({g.agency for g in caller.grants if g.role in RELEASERS}))
    operating = {g.agency for g in caller.grants if g.role in OPERATORS}
    async with caller.reading() as db:
        waiting = await queries.publications(db, "WAITING", office) if office else []
        open_ = [d for d in await queries.open_deliveries(db) if d["agency"] in operating]
    today = legal_day(caller.now)
    releases = [
        _task(
            f"release-{w.item_id}",
            w.title,
            "RELEASE",
            w.agency,
            w.due_on,
            w.item_id,
            w.opened_at,
            today,
        )
        for w in waiting
    ]
    channels = [
        _task(
            d["key"],
            d["title"],
            "DELIVERY",
            d["agency"],
            d["due_on"],
            d["item_id"],
            d["planned_at"],
            today,
        )
        for d in open_
    ]
    return {"tasks": [*releases, *channels]}


def _task(
    id: str,
    title: str,
    kind: str,
    agency: str,
    due_on: date | None,
    item_id: str,
    since: Any,
    today: date,
) -> Json:
    return {
        "id": f"publisher-{id}",
        "title": title,
        "kind": kind,
        "agency": agency,
        "dueOn": due_on,
        "overdue": bool(due_on and due_on < today),
        "provisional": False,
        "href": f"/publisher/work/{item_id}",
        "since": since,
    }
