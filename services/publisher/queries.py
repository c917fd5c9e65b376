"""SQL → frozen rows for publisher's API and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from services.publisher.domain.errors import NoSuchPublication
from shared.db import Db
from shared.directory import Grant
from shared.events import Json


@dataclass(frozen=True)
class PublicationRow:
    """A publication as work pages show it."""

    item_id: str
    agency: str
    revision: int
    round: int
    version: int
    kind: str
    status: str
    title: str
    doc_no: str | None
    index_no: str | None
    manifest_hash: str
    category: str
    affairs_type: str
    clearance: Json
    opened_at: datetime
    released_on: date | None
    released_by: str | None
    post_until: date | None
    post_open: bool
    post_rule: Json | None
    ended_on: date | None
    due_on: date | None


def _row(row: Any) -> PublicationRow:
    values = dict(row)
    rule = values.pop("post_rule")
    values["clearance"] = orjson.loads(values["clearance"])
    return PublicationRow(**values, post_rule=orjson.loads(rule) if rule else None)


async def publication(db: Db, item_id: str) -> PublicationRow:
    """Raises NoSuchPublication, also for another agency's."""
    row = await db.fetchrow("SELECT * FROM publications WHERE item_id = $1", item_id)
    if row is None:
        raise NoSuchPublication
    return _row(row)


async def publications(
    db: Db, status: str | None = None, agencies: tuple[str, ...] = (), limit: int = 100
) -> list[PublicationRow]:
    rows = await db.fetch(
        "SELECT * FROM publications WHERE ($1::text IS NULL OR status = $1)"
        " AND (cardinality($2::text[]) = 0 OR agency = ANY($2)) AND kind <> 'HANDLING_RESULT'"
        " ORDER BY due_on NULLS LAST, opened_at DESC LIMIT $3",
        status,
        list(agencies),
        limit,
    )
    return [_row(row) for row in rows]


async def deliveries(db: Db, item_id: str) -> list[Any]:
    rows: list[Any] = await db.fetch(
        "SELECT d.*, d.ring = 0 OR EXISTS (SELECT 1 FROM published_rings r WHERE r.item_id = d.item_id"
        " AND r.round = d.round AND r.ring = d.ring - 1) AS due FROM deliveries d"
        " WHERE d.item_id = $1 ORDER BY d.round DESC, d.ring, d.planned_at, d.channel",
        item_id,
    )
    return rows


async def open_deliveries(db: Db) -> list[Any]:
    """Those a person has to look at: by hand, or failing."""
    rows: list[Any] = await db.fetch(
        "SELECT d.*, p.title, p.due_on FROM deliveries d JOIN publications p"
        " ON p.item_id = d.item_id AND p.round = d.round WHERE (d.state = 'FAILED'"
        " OR (d.state = 'PENDING' AND d.channel NOT IN ('WEBSITE', 'INTRANET', 'WECHAT')))"
        " AND (d.ring = 0 OR EXISTS (SELECT 1 FROM published_rings r WHERE r.item_id = d.item_id"
        " AND r.round = d.round AND r.ring = d.ring - 1))"
        " ORDER BY p.due_on NULLS LAST, d.planned_at LIMIT 200"
    )
    return rows


INTERNAL = """
SELECT DISTINCT ON (r.item_id) r.item_id, r.agency, r.title, r.doc_no, r.index_no, r.scope, r.occurred_on,
       r.manifest_hash, g.at AS read_at
FROM published_rings r LEFT JOIN readings g ON g.item_id = r.item_id AND g.person = $2
WHERE r.scope <> 'PUBLIC' AND r.agency = ANY($1) AND r.kind <> 'HANDLING_RESULT'
  AND (cardinality(r.audience) = 0 AND r.scope <> 'SPECIFIC_PERSONS' OR r.audience && $3::text[])
"""


async def internal(
    db: Db, person: str, grants: tuple[Grant, ...], item_id: str | None = None
) -> list[Any]:
    """Internal disclosures whose audience this person belongs to, the latest first.

    An audience names organs, persons or agencies; an empty one means the whole agency.
    """
    agencies = sorted({grant.agency for grant in grants})
    mine = sorted({person, *agencies, *(grant.organ for grant in grants)})
    rows = await db.fetch(
        INTERNAL
        + " AND ($4::text IS NULL OR r.item_id = $4) ORDER BY r.item_id, r.round DESC, r.ring",
        agencies,
        person,
        mine,
        item_id,
    )
    return sorted(rows, key=lambda row: row["occurred_on"], reverse=True)


async def readers(db: Db, item_id: str) -> list[Any]:
    rows: list[Any] = await db.fetch(
        "SELECT person, at FROM readings WHERE item_id = $1 ORDER BY at", item_id
    )
    return rows
