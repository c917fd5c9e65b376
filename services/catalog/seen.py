"""Which version a form was made from: what the clock says meanwhile makes nobody's text stale."""

from __future__ import annotations

from services.catalog.aggregates import ITEM
from shared.db import Db

CLOCK = ("catalog.obligation-missed.v1", "catalog.obligation-rescheduled.v1")


async def as_seen(db: Db, item_id: str, expected: int | None) -> int | None:
    """The version a form was made from, moved on over what only the clock has said since.

    That an item became overdue, or its date was counted again, makes nobody's text stale.
    """
    later = await db.fetch(
        "SELECT version, type FROM events WHERE stream = $1 AND version > $2 ORDER BY version",
        ITEM.stream(item_id),
        expected or 0,
    )
    if not expected or any(row["type"] not in CLOCK for row in later):
        return expected
    return later[-1]["version"] if later else expected
