"""SQL → frozen rows for API and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from services.catalog import contents
from services.catalog.domain.errors import NoSuchItem
from shared.db import Db
from shared.errors import DomainError
from shared.events import Json


@dataclass(frozen=True)
class ItemRow:
    """An item as lists and pages show it. `rule` explains `publish_by`."""

    item_id: str
    agency: str
    revision: int
    version: int
    status: str
    drafter: str
    manifest_hash: str
    affairs_type: str
    category: str
    attribute: str
    particulars: Json
    publish_by: date | None
    rule: Json | None
    provisional: bool
    missed_on: date | None
    drafted_at: datetime
    changed_at: datetime
    fulfilled: bool
    title: str
    doc_no: str | None


COLUMNS = """
SELECT i.*, m.manifest->>'title' AS title, m.manifest->>'docNo' AS doc_no
FROM items i LEFT JOIN manifests m ON m.hash = i.manifest_hash
"""


def _row(row: Any) -> ItemRow:
    values = dict(row)
    rule = values.pop("publish_rule")
    values["particulars"] = orjson.loads(values["particulars"])
    values["title"] = values["title"] or (
        "（未填写标题）" if values["title"] == "" else "（内容已销毁）"
    )
    return ItemRow(**values, rule=orjson.loads(rule) if rule else None)


async def item(db: Db, item_id: str) -> ItemRow:
    """Raises NoSuchItem, also for another agency's."""
    row = await db.fetchrow(COLUMNS + " WHERE i.item_id = $1", item_id)
    if row is None:
        raise NoSuchItem
    return _row(row)


async def items(
    db: Db,
    *,
    agency: str | None = None,
    status: str | None = None,
    words: str | None = None,
    before: datetime | None = None,
    limit: int = 30,
) -> list[ItemRow]:
    """The latest changed first; `before` continues a list."""
    rows = await db.fetch(
        COLUMNS
        + " WHERE ($1::text IS NULL OR i.agency = $1) AND ($2::text IS NULL OR i.status = $2)"
        " AND ($3::text IS NULL OR m.manifest->>'title' LIKE '%' || $3 || '%'"
        " OR m.manifest->>'docNo' LIKE '%' || $3 || '%')"
        " AND ($4::timestamptz IS NULL OR i.changed_at < $4) ORDER BY i.changed_at DESC LIMIT $5",
        agency,
        status,
        words,
        before,
        limit,
    )
    return [_row(row) for row in rows]


async def mine(db: Db, drafter: str) -> list[ItemRow]:
    """What a drafter has to go on with, by deadline."""
    rows = await db.fetch(
        COLUMNS + " WHERE i.drafter = $1 AND i.status IN ('DRAFT', 'RETURNED')"
        " ORDER BY i.publish_by NULLS LAST, i.changed_at LIMIT 200",
        drafter,
    )
    return [_row(row) for row in rows]


async def overdue(db: Db, on: date) -> list[ItemRow]:
    """Past their date and not public, in the agencies this request sees."""
    rows = await db.fetch(
        COLUMNS + " WHERE i.publish_by < $1 AND NOT i.fulfilled ORDER BY i.publish_by LIMIT 200",
        on,
    )
    return [_row(row) for row in rows]


async def history(db: Db, item_id: str) -> list[Json]:
    """What happened, first things first: `what` is a fact's type, or the state it led to."""
    rows = await db.fetch(
        "SELECT type, revision, actor, at, note->>'status' AS status FROM item_history"
        " WHERE item_id = $1 ORDER BY version",
        item_id,
    )
    return [{**row, "what": row["status"] or row["type"]} for row in rows]


async def item_text(db: Db, item_id: str) -> dict[str, str]:
    """Title and body of the current revision; empty when destroyed."""
    row = await item(db, item_id)
    try:
        found = await contents.manifest(db, row.manifest_hash)
    except DomainError:
        return {"title": "", "body": ""}
    return {"title": found["title"], "body": await contents.body(db, row.agency, found)}


async def counts(db: Db) -> dict[str, int]:
    rows = await db.fetch("SELECT status, count(*) AS n FROM items GROUP BY status")
    return {row["status"]: row["n"] for row in rows}


async def imported(db: Db, item_id: str) -> Json | None:
    """What the import flagged, while it is of use to the editor."""
    row = await db.fetchrow(
        "SELECT file_name, missing, notes FROM imports WHERE item_id = $1", item_id
    )
    if row is None:
        return None
    return {
        "fileName": row["file_name"],
        "missing": orjson.loads(row["missing"]),
        "notes": orjson.loads(row["notes"]),
    }


async def staff(db: Db, agency: str, on: date) -> list[tuple[str, str]]:
    """Who holds an office in the agency on a legal day: id and 姓名（职务）, by name."""
    rows = await db.fetch(
        "SELECT g.person, t.body AS name, string_agg(DISTINCT g.position, '、') AS positions"
        " FROM directory_grants g JOIN people p ON p.person = g.person"
        " LEFT JOIN texts t ON t.address = p.name_address WHERE g.agency = $1 AND g.since <= $2"
        " AND (g.until IS NULL OR g.until >= $2) GROUP BY g.person, t.body ORDER BY t.body, g.person",
        agency,
        on,
    )
    return [
        (row["person"], f"{row['name'] or row['person']}（{row['positions']}）") for row in rows
    ]


async def names(db: Db, people: list[str]) -> dict[str, Json]:
    """Name, position and agency by person id; erased names are shown as such."""
    rows = await db.fetch(
        "SELECT p.person, p.agency, t.body AS name,"
        " (SELECT position FROM directory_grants g WHERE g.person = p.person ORDER BY since DESC LIMIT 1)"
        " AS position FROM people p LEFT JOIN texts t ON t.address = p.name_address"
        " WHERE p.person = ANY($1)",
        people,
    )
    return {
        row["person"]: {
            "name": row["name"] or "（姓名已删除）",
            "position": row["position"] or "",
            "agency": row["agency"],
        }
        for row in rows
    }
