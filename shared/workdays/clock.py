"""From a starting event and a term to the last day, explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from shared.workdays.calendar import ONE_DAY, Calendar, days_after
from shared.workdays.explained import Considered, Explained, Rule, Skipped, Term, Unit


def due(
    calendar: Calendar, start: date, term: Term, rule: Rule, start_event: str = "FORMED"
) -> Explained:
    """The last day of a term that starts with an event on `start` (not counted).

    Calendar days and weeks count every day and may end on a day off: the law that uses them
    (预算法 art. 14) says no more. Raises ValueError for HOUR: hours run from instants, not from days.
    """
    if term.unit is Unit.HOUR:
        raise ValueError("hours are counted from instants")
    end = _end(calendar, start, term)
    counted = tuple(days_after(start, end)) if term.unit is Unit.WORKING_DAY else ()
    years = sorted({day.year for day in counted})
    estimated = tuple(year for year in years if not calendar.is_published(year))
    return Explained(
        due=end,
        start=start,
        start_event=start_event,
        rule=rule,
        term=term,
        skipped=_skipped(calendar, counted),
        made_up=tuple(day for day in counted if calendar.is_made_up(day)),
        provisional=bool(estimated),
        estimated_years=estimated,
    )


def _end(calendar: Calendar, start: date, term: Term) -> date:
    if term.unit is Unit.WORKING_DAY:
        return calendar.nth_working_day(start, term.n)
    return start + timedelta(days=term.n * (7 if term.unit is Unit.WEEK else 1))


def earliest(dates: Sequence[Explained]) -> Explained:
    """The date that comes first decides (publication limit = the stricter of agency and law)."""
    return _chosen(min(dates, key=lambda d: d.due), dates)


def latest(dates: Sequence[Explained]) -> Explained:
    """The date that comes last decides (posting = the longer of agency and law)."""
    return _chosen(max(dates, key=lambda d: d.due), dates)


def _chosen(one: Explained, dates: Sequence[Explained]) -> Explained:
    others = tuple(Considered(due=d.due, rule=d.rule, term=d.term) for d in dates if d is not one)
    return one.model_copy(update={"considered": others})


def _skipped(calendar: Calendar, counted: Iterable[date]) -> tuple[Skipped, ...]:
    """Runs of days off with the same reason."""
    runs: list[Skipped] = []
    for day in counted:
        reason = calendar.why_off(day)
        if reason is None:
            continue
        if runs and runs[-1].reason == reason and runs[-1].last == day - ONE_DAY:
            runs[-1] = runs[-1].model_copy(update={"last": day})
        else:
            runs.append(Skipped(first=day, last=day, reason=reason))
    return tuple(runs)
