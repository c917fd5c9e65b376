"""Until when something stays at least (公示期限), from the policy set; pure."""

from __future__ import annotations

from datetime import date

from services.publisher.domain.events import PostUntil
from shared.events import Json, Wire
from shared.workdays import Calendar, Rule, Term, due, latest


class Minimum(Wire):
    """One minimum of the policy set's `posting.minimums`; empty classes mean all."""

    term: Term
    rule: Rule
    duration_classes: tuple[str, ...] = ()
    important_only: bool = False


class Posting(Wire):
    minimums: tuple[Minimum, ...] = ()
    open: tuple[str, ...] = ()


def posting_until(
    policy: Json, calendar: Calendar, start: date, duration_class: str, important: bool
) -> PostUntil:
    """The longest minimum that fits (agency or law), counted from the day after publication.

    Classes in `open` end only by change, revocation or completion (S2-27); so does what no rule limits.
    """
    posting = Posting.model_validate(policy.get("posting", {}))
    if duration_class in posting.open:
        return PostUntil(open=True)
    dates = [
        due(calendar, start, minimum.term, minimum.rule, "PUBLISHED")
        for minimum in posting.minimums
        if (not minimum.duration_classes or duration_class in minimum.duration_classes)
        and (important or not minimum.important_only)
    ]
    if not dates:
        return PostUntil(open=True)
    chosen = latest(dates)
    return PostUntil(date=chosen.due, rule=chosen.wire())
