"""By when answers are due, counted again when a calendar year is published or corrected."""

from __future__ import annotations

from datetime import UTC, datetime

from services.feedback import queries
from services.feedback.aggregates import FEEDBACK
from services.feedback.domain.commands import About, Reschedule
from services.feedback.domain.deadlines import counted_again
from shared import reference
from shared.db import Db
from shared.envelope import Message
from shared.facts import Context, Facts
from shared.workdays import Calendar, Explained

CALENDAR = 7_030  # advisory lock: who counts shares it, who counts again has it alone


async def calendar(db: Db) -> Calendar:
    """All years known, for a date that becomes a fact in this transaction.

    Whoever counts with a year that is just being published would be missed by `recount`: it waits.
    """
    await db.execute("SELECT pg_advisory_xact_lock_shared($1)", CALENDAR)
    return await reference.calendar(db)


async def recount(db: Db, facts: Facts, message: Message, year: int) -> None:
    """Every answer still owed whose date may touch the year; a fact where it is another date."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", CALENDAR)
    known = await reference.calendar(db)
    for row in await queries.owed(db, year):
        found = counted_again(Explained.model_validate_json(row["due_rule"]), known)
        command = About(row["feedback_id"], Reschedule(found.due, found.wire()))
        context = Context(
            row["agency"], facts.actor, datetime.now(UTC), message.correlation, message.id
        )
        await facts.execute_in(db, FEEDBACK, row["feedback_id"], command, context)
