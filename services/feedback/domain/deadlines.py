"""By when an opinion is to be answered (办理时限), explained."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.events import Wire
from shared.workdays import Calendar, Explained, Rule, Term, Unit, due


class AnswerTerm(Wire):
    """The policy set's `feedback.answerWithin`; without one, five working days.

    Source of the default: what inspections of government websites deduct for (留言办理).
    """

    n: int = 5
    unit: Unit = Unit.WORKING_DAY
    rule: Rule = Rule(
        id="FB-ANSWER", title="政府网站检查指标", article="（简单常见问题五个工作日内答复）"
    )


def answer_by(received_on: date, policy: dict[str, Any], calendar: Calendar) -> Explained:
    """Counted from the day it reached the agency, however late it was recorded or assigned."""
    given = policy.get("feedback", {}).get("answerWithin", {})
    term = AnswerTerm.model_validate(given)
    return due(calendar, received_on, Term(n=term.n, unit=term.unit), term.rule, "RECEIVED")


def counted_again(before: Explained, calendar: Calendar) -> Explained:
    """From the same day, with the term and rule of then; only the calendar has changed."""
    return due(calendar, before.start, before.term, before.rule, before.start_event)
