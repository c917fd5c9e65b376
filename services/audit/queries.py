"""What inspectors ask of the index, the items and the board. Row-level security limits every answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.audit.domain.board import Cell
from shared.db import Db
from shared.errors import NotFound

PAGE = 50
COLUMNS = "idx, id, type, service, stream, version, agency, actor, occurred_at, item"
FILTERS = {
    "agency": "agency = ${}", "type": "type = ${}", "actor": "actor = ${}", "item": "item = ${}",
    "since": "occurred_at >= ${}", "until": "occurred_at < ${}", "before": "idx < ${}",
    "after": "idx > ${}",
}  # fmt: skip
TIMELINE = """
SELECT idx, id, type, service, stream, version, agency, actor, occurred_at FROM ledger_event
WHERE item = $1 OR subject = $1 OR stream IN (SELECT DISTINCT stream FROM ledger_event WHERE item = $1)
ORDER BY occurred_at, service, position, idx LIMIT 1000
"""
ITEMS = """
SELECT * FROM items WHERE ($1::text IS NULL OR agency = $1)
    AND ($2 = '' OR item = $2 OR title ILIKE '%' || $3 || '%' OR doc_no ILIKE '%' || $3 || '%')
    AND ($4::text IS NULL OR item < $4)
ORDER BY item DESC LIMIT $5
"""
OVERDUE = """
SELECT * FROM items WHERE published_on IS NULL AND (missed_on IS NOT NULL OR publish_by < $1)
    AND coalesce(status, '') NOT IN ('WITHHELD', 'WITHDRAWN') AND coalesce(attribute, '') <> 'ON_REQUEST'
ORDER BY least(missed_on, publish_by), item LIMIT 500
"""


@dataclass(frozen=True)
class Wanted:
    """Which events: of whom, from and until (UTC, until excluded), before or after which ledger index."""

    agency: str | None = None
    type: str | None = None
    actor: str | None = None
    item: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None


async def events(db: Db, wanted: Wanted, limit: int = PAGE) -> Sequence[Any]:
    """Newest first; with `after` oldest first. Only the filters asked for are in the statement."""
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    filters = [FILTERS[name].format(n) for n, name in enumerate(asked, start=2)]
    where = f"WHERE {' AND '.join(filters)}" if filters else ""
    order = "idx" if wanted.after is not None else "idx DESC"
    rows: Sequence[Any] = await db.fetch(
        f"SELECT {COLUMNS} FROM ledger_event {where} ORDER BY {order} LIMIT $1",  # noqa: S608
        limit,
        *asked.values(),
    )
    return rows


async def entry(db: Db, key: str) -> Any:
    """One row, by ledger index or event id."""
    column, value = ("idx", int(key)) if key.isascii() and key.isdigit() else ("id", key)
    if isinstance(value, int) and value >= 2**63:
        return None
    return await db.fetchrow(f"SELECT {COLUMNS} FROM ledger_event WHERE {column} = $1", value)  # noqa: S608


async def leaves(db: Db, indexes: Sequence[int]) -> dict[int, bytes]:
    """The exact bytes of these leaves."""
    rows = await db.fetch("SELECT idx, leaf FROM ledger_leaf WHERE idx = ANY($1)", list(indexes))
    return {row["idx"]: row["leaf"] for row in rows}


async def timeline(db: Db, item: str) -> Sequence[Any]:
    """Everything that happened to an item, its opinions included. Raises NotFound."""
    rows: Sequence[Any] = await db.fetch(TIMELINE, item)
    if not rows:
        raise NotFound("台账中没有该事项的记录，请检查编号")
    return rows


async def item(db: Db, id: str) -> Any:
    return await db.fetchrow("SELECT * FROM items WHERE item = $1", id)


async def items(db: Db, text: str, agency: str | None, before: str | None) -> Sequence[Any]:
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows: Sequence[Any] = await db.fetch(ITEMS, agency, text, pattern, before, PAGE)
    return rows


async def overdue(db: Db, today: date) -> Sequence[Any]:
    rows: Sequence[Any] = await db.fetch(OVERDUE, today)
    return rows


async def board(db: Db, since: datetime) -> dict[Cell, int]:
    """What the live board shows, by agency, kind and hour."""
    rows = await db.fetch("SELECT agency, kind, hour, n FROM board_counts WHERE hour >= $1", since)
    return {(row["agency"], row["kind"], row["hour"]): row["n"] for row in rows}


async def last_recount(db: Db) -> Any:
    """When the board was last recounted, and the largest drift of the last hours."""
    return await db.fetchrow(
        "SELECT at, drift, (SELECT max(moved_at) FROM board_progress) AS moved_at"
        " FROM board_recounts ORDER BY at DESC LIMIT 1"
    )


async def last_drift(db: Db) -> Any:
    return await db.fetchrow(
        "SELECT at, drift FROM board_recounts WHERE drift > 0 ORDER BY at DESC LIMIT 1"
    )


async def head(db: Db) -> Any:
    return await db.fetchrow("SELECT size, root FROM ledger_head")


async def open_findings(db: Db) -> Sequence[Any]:
    rows: Sequence[Any] = await db.fetch(
        "SELECT * FROM ledger_finding WHERE closed_at IS NULL ORDER BY found_at DESC LIMIT 100"
    )
    return rows


async def verifications(db: Db) -> Sequence[Any]:
    rows: Sequence[Any] = await db.fetch(
        "SELECT id, requested_by, requested_at, finished_at, (report->>'sound')::boolean AS sound,"
        " (report->>'checked')::bigint AS checked FROM verifications ORDER BY requested_at DESC LIMIT 20"
    )
    return rows


async def verification(db: Db, id: str) -> Any:
    """Raises NotFound."""
    row = await db.fetchrow("SELECT * FROM verifications WHERE id = $1", id)
    if row is None:
        raise NotFound("没有这次核验")
    return row


async def roots(db: Db) -> Sequence[Any]:
    rows: Sequence[Any] = await db.fetch("SELECT * FROM saved_roots ORDER BY size DESC LIMIT 100")
    return rows
