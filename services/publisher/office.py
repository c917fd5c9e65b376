"""What people do here: release, confirm a channel with evidence, try a failed one again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from starlette.datastructures import UploadFile

from services.publisher import delivering, queries, releasing
from services.publisher.aggregates import DELIVERY
from services.publisher.domain.delivery import AUTOMATIC, RetryDelivery
from services.publisher.domain.errors import (
    AlreadyReleased,
    BadDate,
    ChangedMeanwhile,
    NoSuchDelivery,
)
from services.publisher.domain.events import Evidence
from services.publisher.evidence import MAX_EVIDENCE, kind_of
from services.publisher.rights import OPERATORS, RELEASERS
from shared.caller import Asking
from shared.db import Db
from shared.errors import Invalid, Stale
from shared.store import StaleVersion
from shared.workdays import legal_day

ATTEMPTS = 3


async def release_item(caller: Asking, item_id: str, expected: int | None = None) -> None:
    """The disclosure office lets it go (S2-23); `expected` is the version of the form.

    Raises NotYours, AlreadyReleased, LeaksOutside, ChangedMeanwhile.
    """
    async with caller.reading() as db:
        row = await queries.publication(db, item_id)
    caller.require(row.agency, *RELEASERS)

    async def work(db: Db) -> None:
        context = caller.context(row.agency)
        await releasing.release(db, caller.facts, item_id, context, expected)

    try:
        await _written(caller, work)
    except Stale:
        async with caller.reading() as db:
            now = await queries.publication(db, item_id)
        raise (AlreadyReleased if now.status != "WAITING" else ChangedMeanwhile) from None


async def confirm_delivery(caller: Asking, key: str, occurred_on: date, file: UploadFile) -> None:
    """A board, meeting or document was really shown: the photo or minutes prove it (S1-16).

    Raises NotYours, EvidenceNeeded and its like, BadDate, NotWaiting, TooEarly.
    """
    row = await _delivery(caller, key)
    caller.require(row["agency"], *OPERATORS)
    if row["channel"] in AUTOMATIC:
        raise Invalid("该渠道由系统自动确认，无需上传凭证", field="channel")
    data = await file.read(MAX_EVIDENCE + 1)
    kind = kind_of(row["channel"], data)
    async with caller.reading() as db:
        opened = await queries.publication(db, row["item_id"])
    earliest = date.fromisoformat(opened.clearance["determinedOn"])
    if not earliest <= occurred_on <= legal_day(caller.now):
        raise BadDate(field="occurredOn")
    digest = await caller.blobs.put(data)
    evidence = (Evidence(kind=kind, ref=f"blob:{digest}", sha256=digest),)

    async def work(db: Db) -> None:
        context = caller.context(row["agency"])
        await delivering.confirm(db, caller.facts, key, occurred_on, evidence, context)

    await _written(caller, work)


async def retry_delivery(caller: Asking, key: str) -> None:
    """Try a failed channel now instead of at the time of the back-off. Raises NotYours, NotFailed."""
    row = await _delivery(caller, key)
    caller.require(row["agency"], *OPERATORS)
    await caller.execute(DELIVERY, key, RetryDelivery(caller.now), agency=row["agency"])


async def _written(caller: Asking, work: Callable[[Db], Awaitable[None]]) -> None:
    """Several commands in one transaction; a lost race is decided again on what is there now."""
    for attempt in range(ATTEMPTS):
        try:
            async with caller.writing() as db:
                await work(db)
            return
        except StaleVersion:
            if attempt + 1 == ATTEMPTS:
                raise


async def _delivery(caller: Asking, key: str) -> Any:
    async with caller.reading() as db:
        row = await db.fetchrow("SELECT * FROM deliveries WHERE key = $1", key)
    if row is None:
        raise NoSuchDelivery
    return row
