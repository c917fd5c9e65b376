"""The portal's rows: PUBLIC items only. What stands here is what citizens can read and find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.publisher.contents import Content, kept
from services.publisher.domain.errors import NoSuchPublication
from shared.db import Db
from shared.events import Json
from shared.workdays import Explained

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
    """One public item as lists show it; `body` only where it is asked for."""

    item_id: str
    agency: str
    agency_name: str
    title: str
    doc_no: str | None
    index_no: str
    category: str
    category_code: str
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


@dataclass(frozen=True)
class Released:
    """What one round released: an item's page shows this and nothing approved later."""

    revision: int
    round: int
    clearance: Json
    post_rule: Explained | None
    content: Content

    @property
    def provisional(self) -> bool:
        """The posting's end touches a year whose calendar is not published yet."""
        return self.post_rule is not None and self.post_rule.provisional


SELECT = """
SELECT item_id, agency, agency_name, title, doc_no, index_no, category, category_code, column_code,
       affairs_type, published_on, first_on, post_until, ended_on, url, body, sequence FROM portal_items
"""
BRIEF = SELECT.replace(" body,", " '' AS body,")


def item_url(agency: str, item_id: str) -> str:
    return f"/a/{agency}/i/{item_id}.html"


async def item(db: Db, item_id: str) -> PortalItem | None:
    row = await db.fetchrow(SELECT + " WHERE item_id = $1", item_id)
    return PortalItem(**row) if row else None


async def released(db: Db, item_id: str) -> Released:
    """Raises NoSuchPublication when its text is gone, TextTampered when it was changed."""
    row = await db.fetchrow(
        "SELECT revision, round, clearance, post_rule, manifest_hash FROM portal_items"
        " WHERE item_id = $1",
        item_id,
    )
    content = await kept(db, row["manifest_hash"])
    if content is None:
        raise NoSuchPublication
    given = orjson.loads(row["post_rule"] or "null")
    rule = Explained.model_validate(given) if given else None
    return Released(row["revision"], row["round"], orjson.loads(row["clearance"]), rule, content)


async def earlier(db: Db, item_id: str, round: int) -> list[Any]:
    """What was public before this round, the oldest first."""
    rows: list[Any] = await db.fetch(
        "SELECT revision, occurred_on, manifest_hash FROM published_rings"
        " WHERE item_id = $1 AND scope = 'PUBLIC' AND round < $2 ORDER BY round",
        item_id,
        round,
    )
    return rows


@dataclass(frozen=True)
class Result:
    """A released handling result 办理结果."""

    on: date
    text: str


async def results(db: Db, item_id: str, scope: str) -> list[Result]:
    """Handling results of opinions on the item that were released in one scope, verified."""
    rows = await db.fetch(
        "SELECT released_on, manifest_hash FROM publications WHERE responds_to = $1"
        " AND released_on IS NOT NULL AND clearance->'rings'->0->>'scope' = $2"
        " ORDER BY released_on, item_id",
        item_id,
        scope,
    )
    found = [(row["released_on"], await kept(db, row["manifest_hash"])) for row in rows]
    return [Result(on, content.body) for on, content in found if content is not None]


async def latest(db: Db, agency: str | None, limit: int) -> list[PortalItem]:
    rows = await db.fetch(
        BRIEF + " WHERE $1::text IS NULL OR agency = $1"
        " ORDER BY published_on DESC, sequence DESC LIMIT $2",
        agency,
        limit,
    )
    return [PortalItem(**row) for row in rows]


async def posted(db: Db, agency: str, limit: int) -> list[str]:
    """The ids of what is still posted, the latest first."""
    rows = await db.fetch(
        "SELECT item_id FROM portal_items WHERE agency = $1 AND ended_on IS NULL"
        " ORDER BY published_on DESC, sequence DESC LIMIT $2",
        agency,
        limit,
    )
    return [row["item_id"] for row in rows]


async def agencies(db: Db) -> list[Any]:
    """All agencies with the number of their public items."""
    found: list[Any] = await db.fetch(
        "SELECT d.agency, d.name, count(p.item_id) AS items FROM directory_agencies d"
        " LEFT JOIN portal_items p ON p.agency = d.agency GROUP BY d.agency, d.name ORDER BY d.agency"
    )
    return found


async def of_agency(db: Db, agency: str) -> list[PortalItem]:
    rows = await db.fetch(BRIEF + " WHERE agency = $1 ORDER BY sequence", agency)
    return [PortalItem(**row) for row in rows]
