"""Making the row of a public item: what its page, its lists and the search will show."""

from __future__ import annotations

from datetime import date

import orjson

from services.publisher.domain.events import PostUntil
from services.publisher.jobs import Job
from services.publisher.portal.rows import item_url
from services.publisher.releasing import policy_of
from services.publisher.texts import folded, grams, plain_text
from shared import directory
from shared.db import Db
from shared.events import Json

KEEP = """
INSERT INTO portal_items (item_id, agency, agency_name, title, doc_no, index_no, category,
    category_code, column_code, affairs_type, published_on, first_on, post_until, post_rule, url,
    body, folded, words, revision, round, manifest_hash, clearance)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16,
    array_to_tsvector($17), $18, $19, $20, $21)
ON CONFLICT (item_id) DO UPDATE SET agency_name = excluded.agency_name, title = excluded.title,
    doc_no = excluded.doc_no, category = excluded.category, category_code = excluded.category_code,
    column_code = excluded.column_code, affairs_type = excluded.affairs_type,
    published_on = excluded.published_on, post_until = excluded.post_until,
    post_rule = excluded.post_rule, ended_on = NULL, body = excluded.body, folded = excluded.folded,
    words = excluded.words, revision = excluded.revision, round = excluded.round,
    manifest_hash = excluded.manifest_hash, clearance = excluded.clearance
"""


async def keep(db: Db, job: Job, until: PostUntil, today: date) -> None:
    """Make or renew the row of a public item."""
    cleared = job.cleared
    name, column_code = category_of(await policy_of(db, cleared), cleared.category)
    text = plain_text(job.content.body)
    search = f"{cleared.title}\n{cleared.doc_no or ''}\n{job.publication.index_no}\n{text}"
    await db.execute(
        KEEP,
        cleared.item_id,
        cleared.agency,
        (await directory.agency(db, cleared.agency)).name,
        cleared.title,
        cleared.doc_no,
        job.publication.index_no,
        name,
        cleared.category,
        column_code,
        cleared.affairs_type,
        today,
        until.date,
        orjson.dumps(until.rule).decode(),
        item_url(cleared.agency, cleared.item_id),
        text,
        folded(search),
        grams(search),
        cleared.revision,
        job.due.round,
        cleared.manifest_hash,
        orjson.dumps(cleared.wire()).decode(),
    )


def category_of(policy: Json, reference_code: str) -> tuple[str, str]:
    """Name and portal column of `CODE@scheme`."""
    code, _, scheme = reference_code.partition("@")
    for category in policy.get("categorySchemes", {}).get(scheme, {}).get("categories", ()):
        if category["code"] == code:
            return category["name"], category.get("column", "STATUTORY")
    return code, "STATUTORY"
