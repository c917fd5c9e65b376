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
    responds_to: str | None

    @property
    def provisional(self) -> bool:
        """By when it must be public touches a year whose calendar is not published yet."""
        by = self.clearance.get("publishBy")
        return bool(by and by["provisional"])

    @property
    def goes_public(self) -> bool:
        return any(ring["scope"] == "PUBLIC" for ring in self.clearance["rings"])

    def reaches(self, channel: str) -> bool:
        """Whether the channel shows it to the public."""
        rings = self.clearance["rings"]
        return any(r["scope"] == "PUBLIC" and channel in r["channels"] for r in rings)


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


async def waiting(db: Db, agencies: tuple[str, ...] = ()) -> list[PublicationRow]:
    """What waits for release, the most urgent first; of all agencies that are seen when none is named."""
    rows = await db.fetch(
        "SELECT * FROM publications WHERE status = 'WAITING' AND kind <> 'HANDLING_RESULT'"
        " AND (cardinality($1::text[]) = 0 OR agency = ANY($1))"
        " ORDER BY due_on NULLS LAST, opened_at LIMIT 200",
        list(agencies),
    )
    return [_row(row) for row in rows]


async def out(db: Db, before: datetime | None, limit: int) -> list[PublicationRow]:
    """What has been released, the latest approved first, from `before` on."""
    rows = await db.fetch(
        "SELECT * FROM publications WHERE status <> 'WAITING' AND kind <> 'HANDLING_RESULT'"
        " AND ($1::timestamptz IS NULL OR opened_at < $1) ORDER BY opened_at DESC LIMIT $2",
        before,
        limit,
    )
    return [_row(row) for row in rows]


async def deliveries(db: Db, item_id: str) -> list[Json]:
    """All rounds, the latest first. `due`: its turn has come; `proofs`: its evidence."""
    rows = await db.fetch(
        "SELECT d.*, d.ring = 0 OR EXISTS (SELECT 1 FROM published_rings r WHERE r.item_id = d.item_id"
        " AND r.round = d.round AND r.ring = d.ring - 1) AS due FROM deliveries d"
        " WHERE d.item_id = $1 ORDER BY d.round DESC, d.ring, d.planned_at, d.channel",
        item_id,
    )
    return [{**row, "proofs": orjson.loads(row["evidence"] or "[]")} for row in rows]


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


# What went through the internal pages, in its latest round: who no longer belongs to the audience no
# longer sees it.
INTERNAL = """
SELECT DISTINCT ON (r.item_id) r.item_id, r.agency, r.title, r.doc_no, r.index_no, r.scope, r.occurred_on,
       r.manifest_hash, g.at AS read_at
FROM published_rings r LEFT JOIN readings g ON g.item_id = r.item_id AND g.person = $2
WHERE r.scope <> 'PUBLIC' AND r.agency = ANY($1) AND r.kind <> 'HANDLING_RESULT'
  AND r.round = (SELECT max(l.round) FROM published_rings l WHERE l.item_id = r.item_id)
  AND EXISTS (SELECT 1 FROM deliveries d WHERE d.item_id = r.item_id AND d.round = r.round
       AND d.ring = r.ring AND d.channel = 'INTRANET' AND d.state = 'CONFIRMED')
  AND (r.audience && $3::text[] OR cardinality(r.audience) = 0 AND (r.scope = 'WITHIN_ORG'
       OR r.scope IN ('PARTY_ONLY', 'WHOLE_PARTY') AND r.agency = ANY($4)))
"""


async def internal(
    db: Db, person: str, grants: tuple[Grant, ...], item_id: str | None = None
) -> list[Any]:
    """Internal disclosures whose audience this person belongs to, the latest first.

    An audience names organs, persons or agencies. An empty one means the whole agency, for Party
    matters those who hold a post in one of its Party organs, and for specific persons nobody.
    """
    agencies = sorted({grant.agency for grant in grants})
    mine = sorted({person, *agencies, *(grant.organ for grant in grants)})
    rows = await db.fetch(
        INTERNAL + " AND ($5::text IS NULL OR r.item_id = $5) ORDER BY r.item_id, r.ring",
        agencies,
        person,
        mine,
        await _party(db, grants),
        item_id,
    )
    return sorted(rows, key=lambda row: row["occurred_on"], reverse=True)


async def _party(db: Db, grants: tuple[Grant, ...]) -> list[str]:
    """The agencies in whose Party organs the person holds a post."""
    rows = await db.fetch(
        "SELECT DISTINCT agency FROM directory_organs WHERE organ = ANY($1) AND kind LIKE 'PARTY%'",
        [grant.organ for grant in grants],
    )
    return [row["agency"] for row in rows]


async def readers(db: Db, item_id: str) -> list[Any]:
    rows: list[Any] = await db.fetch(
        "SELECT person, at FROM readings WHERE item_id = $1 ORDER BY at", item_id
    )
    return rows


async def proves(db: Db, item_id: str, digest: str) -> bool:
    """Whether a file is evidence of one of the item's deliveries."""
    rows = await db.fetch(
        "SELECT evidence FROM deliveries WHERE item_id = $1 AND evidence IS NOT NULL", item_id
    )
    return any(proof["sha256"] == digest for row in rows for proof in orjson.loads(row["evidence"]))
