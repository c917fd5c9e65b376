"""What pages and answers read. Row-level security has already limited it to the caller's agencies."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.feedback.domain.events import Circle
from services.feedback.domain.refusals import NoSuchFeedback, NoSuchItem
from services.feedback.domain.state import OWED
from shared.db import Db
from shared.errors import NotFound

Row = Any

FEEDBACK = "SELECT f.*, s.title, s.index_no FROM feedbacks f LEFT JOIN subjects s USING (item_id) "


async def agency_of_public(db: Db, item_id: str) -> str | None:
    agency: str | None = await db.fetchval(
        "SELECT agency FROM public_subjects WHERE item_id = $1", item_id
    )
    return agency


async def subject(db: Db, item_id: str) -> Row:
    """Raises NoSuchItem when it was never published, or not for the caller's agencies."""
    row = await db.fetchrow("SELECT * FROM subjects WHERE item_id = $1", item_id)
    if row is None:
        raise NoSuchItem
    return row


async def circles(db: Db, item_id: str) -> tuple[Circle, ...]:
    rows = await db.fetch(
        "SELECT scope, audience, disclosing_body FROM circles WHERE item_id = $1 ORDER BY ring",
        item_id,
    )
    return tuple(Circle(**row) for row in rows)


async def one(db: Db, feedback_id: str) -> Row:
    """Raises NoSuchFeedback."""
    row = await db.fetchrow(FEEDBACK + "WHERE feedback_id = $1", feedback_id)
    if row is None:
        raise NoSuchFeedback
    return row


async def by_receipt(db: Db, number: str) -> Row:
    """Raises NoSuchFeedback."""
    row = await db.fetchrow(FEEDBACK + "WHERE receipt_no = $1", number)
    if row is None:
        raise NoSuchFeedback
    return row


async def listed(
    db: Db, agencies: tuple[str, ...], stages: tuple[str, ...], limit: int = 200
) -> list[Row]:
    """What is due or has waited longest first: nobody waits behind a newcomer."""
    rows: list[Row] = await db.fetch(
        FEEDBACK + "WHERE f.agency = ANY($1) AND stage = ANY($2)"
        " ORDER BY coalesce(due_on, received_on), received_on, recorded_at LIMIT $3",
        list(agencies),
        list(stages),
        limit,
    )
    return rows


async def circles_of(db: Db, agency: str) -> dict[str, list[Circle]]:
    """All circles of an agency's items, by item."""
    rows = await db.fetch(
        "SELECT item_id, scope, audience, disclosing_body FROM circles WHERE agency = $1", agency
    )
    found: dict[str, list[Circle]] = {}
    for item_id, scope, audience, body in rows:
        circle = Circle(scope=scope, audience=audience, disclosing_body=body)
        found.setdefault(item_id, []).append(circle)
    return found


async def subjects(db: Db, agency: str) -> list[Row]:
    """Items opinions may be recorded for, the newest first."""
    rows: list[Row] = await db.fetch(
        "SELECT item_id, title, index_no, published_on, closed_on FROM subjects"
        " WHERE agency = $1 ORDER BY published_on DESC, title LIMIT 500",
        agency,
    )
    return rows


async def result(db: Db, result_hash: str) -> Row:
    """Raises NotFound."""
    row = await db.fetchrow(
        "SELECT feedback_id, answer_address FROM feedbacks WHERE result_hash = $1", result_hash
    )
    if row is None:
        raise NotFound
    return row


async def owed(db: Db, year: int) -> list[Row]:
    """Answers the public still waits for, due in the year or later, or provisionally."""
    rows: list[Row] = await db.fetch(
        "SELECT feedback_id, agency, due_rule FROM feedbacks"
        " WHERE stage = ANY($2) AND (provisional OR due_on >= make_date($1, 1, 1))"
        " ORDER BY feedback_id",
        year,
        list(OWED),
    )
    return rows


async def of_person(db: Db, agency: str, person_ref: str) -> list[Row]:
    rows: list[Row] = await db.fetch(
        "SELECT * FROM feedbacks WHERE agency = $1 AND person_ref = $2 AND NOT erased", agency,
        person_ref,
    )  # fmt: skip
    return rows


async def history(db: Db, feedback_id: str) -> list[Row]:
    """The facts of one feedback, in order: straight from the store."""
    rows = await db.fetch(
        "SELECT version, type, data, actor, recorded_at FROM events WHERE stream = $1"
        " ORDER BY version",
        f"feedback-{feedback_id}",
    )
    return list(rows)


async def next_serial(db: Db, agency: str, day: date) -> int:
    """The next receipt serial of the day; others of the agency wait until this transaction ends."""
    serial: int = await db.fetchval(
        "INSERT INTO receipt_serials AS r (agency, day, last) VALUES ($1, $2,"
        " 1 + (SELECT count(*) FROM feedbacks WHERE agency = $1"
        "      AND receipt_no LIKE '%-' || to_char($2::date, 'YYYYMMDD') || '-%'))"
        " ON CONFLICT (agency, day) DO UPDATE SET last = r.last + 1 RETURNING last",
        agency,
        day,
    )
    return serial


async def code_owner(db: Db, code: str) -> str:
    """The agency whose code begins a receipt number. Raises NoSuchFeedback."""
    agency: str | None = await db.fetchval(
        "SELECT agency FROM directory_agencies WHERE code = $1 ORDER BY agency LIMIT 1", code
    )
    if agency is None:
        raise NoSuchFeedback
    return agency
