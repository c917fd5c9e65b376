"""By when an opinion will have to be answered that nobody has been named for: the clock runs already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import orjson

from services.feedback.domain.deadlines import answer_by
from services.feedback.queries import Row
from shared import reference
from shared.db import Db
from shared.errors import NotReady
from shared.events import Json
from shared.workdays import Calendar

BEFORE = ("RECEIVED", "ACCEPTED")


async def dated(db: Db, rows: Sequence[Row], today: date) -> list[Row]:
    """The rows, the most urgent first; those not assigned yet with the day that assigning would set.

    It becomes a fact when somebody is named; until then every look counts it anew.
    """
    known = await reference.calendar(db)
    rules = {agency: await _rules(db, agency, today) for agency in {r["agency"] for r in rows}}
    found = [_dated(row, rules[row["agency"]], known) for row in rows]
    return sorted(found, key=lambda row: row["due_on"] or date.max)


async def _rules(db: Db, agency: str, today: date) -> Json | None:
    try:
        return (await reference.policy(db, agency, today)).data
    except NotReady:
        return None


def _dated(row: Row, rules: Json | None, known: Calendar) -> Row:
    if row["stage"] not in BEFORE or rules is None:
        return row
    due = answer_by(row["received_on"], rules, known)
    counted = {"due_on": due.due, "provisional": due.provisional,
               "due_rule": orjson.dumps(due.wire()).decode()}  # fmt: skip
    return {**row, **counted}
