"""What other services say of items, kept for search, overdue list and timeline heads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.db import Db
from shared.envelope import Message
from shared.events import Json
from shared.facts import Facts
from shared.inbox import Handler

# Streams of different services overtake each other: the latest status by time wins.
NOTE = """
INSERT INTO items AS i (item, agency, status, status_at, kind, title, doc_no, category, attribute,
    publish_by, provisional, published_on, missed_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (item) DO UPDATE SET
    status = CASE WHEN excluded.status IS NOT NULL AND (i.status IS NULL OR excluded.status_at >= i.status_at)
        THEN excluded.status ELSE i.status END,
    status_at = CASE WHEN excluded.status IS NOT NULL THEN greatest(excluded.status_at, i.status_at)
        ELSE i.status_at END,
    kind = coalesce(excluded.kind, i.kind), title = coalesce(excluded.title, i.title),
    doc_no = coalesce(excluded.doc_no, i.doc_no), category = coalesce(excluded.category, i.category),
    attribute = coalesce(excluded.attribute, i.attribute),
    publish_by = coalesce(excluded.publish_by, i.publish_by),
    provisional = coalesce(excluded.provisional, i.provisional),
    published_on = coalesce(least(i.published_on, excluded.published_on), excluded.published_on),
    missed_on = coalesce(excluded.missed_on, i.missed_on)
"""
STATUS: Mapping[str, str | None] = {
    "catalog.item-drafted.v1": "DRAFTED",
    "catalog.item-revised.v1": "DRAFTED",
    "catalog.item-submitted.v1": "SUBMITTED",
    "catalog.item-withdrawn-by-drafter.v1": "WITHDRAWN",
    "catalog.obligation-missed.v1": None,
    "approval.item-approved.v1": "APPROVED",
    "approval.item-returned.v1": "RETURNED",
    "approval.item-withheld.v1": "WITHHELD",
    "publisher.publication-scheduled.v1": "SCHEDULED",
    "publisher.item-published.v1": "PUBLISHED",
    "publisher.publication-completed.v1": "COMPLETED",
    "publisher.posting-ended.v1": "ENDED",
}


def handlers(_: Facts) -> Mapping[str, Handler]:
    return dict.fromkeys(STATUS, note)


async def note(db: Db, message: Message) -> None:
    """Remember what this message says of its item; what it does not say stays."""
    data = message.data
    if not data.get("itemId"):
        return
    missed = _day(data.get("dueOn")) if message.type == "catalog.obligation-missed.v1" else None
    publish_by: Json = data.get("publishBy") or {}
    await db.execute(
        NOTE,
        str(data["itemId"]),
        message.agency,
        STATUS[message.type],
        message.time,
        *(data.get(name) for name in ("kind", "title", "docNo", "category", "attribute")),
        _day(publish_by.get("due")),
        publish_by.get("provisional"),
        _day(data.get("occurredOn")) if message.type == "publisher.item-published.v1" else None,
        missed,
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
