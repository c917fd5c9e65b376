"""Destroying every word of an item that was found to be a state secret (S2-24, Secrets Law).

Its facts stay valid: they hold hashes only. What another item also uses stays.
"""

from __future__ import annotations

import orjson

from shared.db import Db


async def destroy(db: Db, item_id: str) -> None:
    """All manifests ever saved, their bodies, typed texts; files after the transaction (uploads.py)."""
    rows = await db.fetch(
        "SELECT agency, manifest FROM manifests WHERE item_id = $1 AND manifest IS NOT NULL",
        item_id,
    )
    await db.execute("UPDATE manifests SET manifest = NULL WHERE item_id = $1", item_id)
    parts = {
        (row["agency"], part["sha256"])
        for row in rows
        for part in orjson.loads(row["manifest"])["parts"]
    }
    for agency, digest in sorted(parts):
        await _destroy_part(db, agency, digest)
    await _destroy_texts(db, item_id)
    await db.execute("DELETE FROM imports WHERE item_id = $1", item_id)


async def _destroy_part(db: Db, agency: str, digest: str) -> None:
    used = await db.fetchval(
        "SELECT 1 FROM manifests WHERE agency = $1 AND manifest::text LIKE '%' || $2 || '%' LIMIT 1",
        agency,
        digest,
    )
    if used:
        return
    await db.execute(
        "UPDATE parts SET body = NULL WHERE agency = $1 AND sha256 = $2", agency, digest
    )
    await db.execute(
        "WITH gone AS (DELETE FROM uploads WHERE agency = $1 AND sha256 = $2 RETURNING sha256)"
        " INSERT INTO erasures (agency, sha256) SELECT $1, sha256 FROM gone WHERE NOT EXISTS"
        " (SELECT 1 FROM uploads u WHERE u.sha256 = $2 AND u.agency <> $1) ON CONFLICT DO NOTHING",
        agency,
        digest,
    )


async def _destroy_texts(db: Db, item_id: str) -> None:
    """Task, reasons and basis typed for any revision: their addresses stand in the item's facts."""
    await db.execute(
        "UPDATE texts SET body = NULL, erased_at = now() WHERE body IS NOT NULL AND address IN"
        " (SELECT m[1] FROM events e, regexp_matches(e.data::text, 't1:[0-9a-f]{64}', 'g') m"
        " WHERE e.stream = 'item-' || $1) AND NOT EXISTS (SELECT 1 FROM items i"
        " WHERE i.item_id <> $1 AND i.agency = texts.agency"
        " AND i.particulars::text LIKE '%' || texts.address || '%')",
        item_id,
    )
