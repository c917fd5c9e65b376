"""The portal's rows: PUBLIC items only. What stands here is what citizens can read and find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from services.publisher.domain.errors import NoSuchPublication
from services.publisher.texts import folded, grams, plain_text
from shared import directory, reference
from shared.db import Db

if TYPE_CHECKING:
    from services.publisher.delivering import Job

PAGE = 30
COLUMNS = {
    "POLICY": "政策",
    "GUIDE": "政府信息公开指南",
    "REGIME": "政府信息公开制度",
    "STATUTORY": "法定主动公开内容",
    "ANNUAL": "政府信息公开年报",
    "PARTY": "党务公开",
}


@dataclass(frozen=True)
class PortalItem:
    """One public item as the portal shows it."""

    item_id: str
    agency: str
    agency_name: str
    title: str
    doc_no: str | None
    index_no: str
    category: str
    column_code: str
    affairs_type: str
    published_on: date
    first_on: date
    post_until: date | None
    ended_on: date | None
    url: str
    body: str
    sequence: int

    @property
    def validity(self) -> str:
        """有效性 as the portal states it."""
        return "公示期满" if self.ended_on else "有效"


SELECT = """
SELECT item_id, agency, agency_name, title, doc_no, index_no, category, column_code, affairs_type,
       published_on, first_on, post_until, ended_on, url, body, sequence FROM portal_items
"""
BRIEF = SELECT.replace(" body,", " '' AS body,")


async def keep(db: Db, job: Job, today: date) -> PortalItem:
    """Make or renew the row of a public item; for a handling result, give the parent's row."""
    cleared = job.cleared
    parent = next((r["itemId"] for r in cleared.relations if r["type"] == "RESPONDS_TO"), None)
    if cleared.kind == "HANDLING_RESULT" and parent:
        found = await item(db, parent)
        if found is None:
            raise NoSuchPublication
        return found
    await _upsert(db, job, today)
    kept = await item(db, cleared.item_id)
    assert kept is not None
    return kept


KEEP = """
INSERT INTO portal_items (item_id, agency, agency_name, title, doc_no, index_no, category, column_code,
    affairs_type, published_on, first_on, post_until, url, body, folded, words)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14, array_to_tsvector($15))
ON CONFLICT (item_id) DO UPDATE SET title = excluded.title, doc_no = excluded.doc_no,
    category = excluded.category, column_code = excluded.column_code,
    published_on = excluded.published_on, post_until = excluded.post_until, ended_on = NULL,
    body = excluded.body, folded = excluded.folded, words = excluded.words
"""


async def _upsert(db: Db, job: Job, today: date) -> None:
    cleared = job.cleared
    policy = await reference.policy_version(db, cleared.policy_agency, cleared.policy_version)
    name, column_code = _category(policy.data, cleared.category)
    agency = await directory.agency(db, cleared.agency)
    text = plain_text(job.content.body)
    search = f"{cleared.title}\n{cleared.doc_no or ''}\n{job.publication.index_no}\n{text}"
    until = job.publication.post_until
    await db.execute(
        KEEP,
        cleared.item_id,
        cleared.agency,
        agency.name,
        cleared.title,
        cleared.doc_no,
        job.publication.index_no or "",
        name,
        column_code,
        cleared.affairs_type,
        today,
        until.date if until else None,
        f"/a/{cleared.agency}/i/{cleared.item_id}.html",
        text,
        folded(search),
        grams(search),
    )


def _category(policy: dict[str, Any], reference_code: str) -> tuple[str, str]:
    """Name and portal column of `CODE@scheme`."""
    code, _, scheme = reference_code.partition("@")
    for category in policy.get("categorySchemes", {}).get(scheme, {}).get("categories", ()):
        if category["code"] == code:
            return category["name"], category.get("column", "STATUTORY")
    return code, "STATUTORY"


async def item(db: Db, item_id: str) -> PortalItem | None:
    row = await db.fetchrow(SELECT + " WHERE item_id = $1", item_id)
    return PortalItem(**row) if row else None


async def latest(db: Db, agency: str | None, limit: int) -> list[PortalItem]:
    rows = await db.fetch(
        BRIEF + " WHERE $1::text IS NULL OR agency = $1"
        " ORDER BY published_on DESC, sequence DESC LIMIT $2",
        agency,
        limit,
    )
    return [PortalItem(**row) for row in rows]


async def column(
    db: Db, agency: str, code: str, limit: int, before: PortalItem | None = None
) -> list[PortalItem]:
    """One column of an agency, the latest first, after `before`."""
    rows = await db.fetch(
        BRIEF + " WHERE agency = $1 AND column_code = $2"
        " AND ($3::date IS NULL OR (published_on, sequence) < ($3, $4))"
        " ORDER BY published_on DESC, sequence DESC LIMIT $5",
        agency,
        code,
        before.published_on if before else None,
        before.sequence if before else None,
        limit,
    )
    return [PortalItem(**row) for row in rows]


async def agencies(db: Db) -> list[Any]:
    """All agencies with the number of their public items."""
    found: list[Any] = await db.fetch(
        "SELECT d.agency, d.name, count(p.item_id) AS items FROM directory_agencies d"
        " LEFT JOIN portal_items p ON p.agency = d.agency GROUP BY d.agency, d.name ORDER BY d.agency"
    )
    return found


async def urls(db: Db) -> list[PortalItem]:
    rows = await db.fetch(BRIEF + " ORDER BY sequence")
    return [PortalItem(**row) for row in rows]


async def page_context(db: Db, item: PortalItem) -> dict[str, Any]:
    """Content, clearance, history and released results for one item's page."""
    publication = await db.fetchrow(
        "SELECT clearance, manifest_hash FROM publications WHERE item_id = $1", item.item_id
    )
    clearance = orjson.loads(publication["clearance"])
    content = await db.fetchrow(
        "SELECT manifest, body FROM contents WHERE manifest_hash = $1", publication["manifest_hash"]
    )
    manifest = orjson.loads(content["manifest"])
    history = await db.fetch(
        "SELECT revision, round, occurred_on, title, manifest_hash FROM published_rings"
        " WHERE item_id = $1 AND scope = 'PUBLIC' ORDER BY round",
        item.item_id,
    )
    return {
        "html": content["body"],
        "files": [part for part in manifest["parts"] if part["role"] != "BODY"],
        "clearance": clearance,
        "history": history,
        "results": await _results(db, item.item_id),
    }


async def _results(db: Db, item_id: str) -> list[Any]:
    """Handling results of PUBLIC opinions on the item that have been released."""
    rows: list[Any] = await db.fetch(
        "SELECT p.item_id, p.released_on, p.clearance, c.body FROM publications p"
        " JOIN contents c ON c.manifest_hash = p.manifest_hash"
        " WHERE p.kind = 'HANDLING_RESULT' AND p.released_on IS NOT NULL"
        " AND p.clearance->'relations'->0->>'itemId' = $1"
        " AND p.clearance->'rings'->0->>'scope' = 'PUBLIC' ORDER BY p.released_on, p.item_id",
        item_id,
    )
    return [{"on": row["released_on"], "text": row["body"]} for row in rows]
