"""The working-day clock against a slow day-by-day definition, for any calendar."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.workdays import Calendar, CalendarYear, Rule, Term, Unit, YearStatus, due

RULE = Rule(id="R")
FIRST = date(2026, 1, 1)
ANY_DAY = st.integers(0, 700).map(lambda n: FIRST + timedelta(days=n))


def working(n: int) -> Term:
    return Term(n=n, unit=Unit.WORKING_DAY)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Two years with arbitrary days off and arbitrary worked weekends; the third is unknown."""
    off = draw(st.sets(ANY_DAY, max_size=60))
    work = {day for day in draw(st.sets(ANY_DAY, max_size=30)) - off if day.weekday() >= 5}
    return Calendar.of(
        CalendarYear(
            year=year,
            status=draw(st.sampled_from(YearStatus)),
            off=tuple(sorted(day for day in off if day.year == year)),
            work=tuple(sorted(day for day in work if day.year == year)),
        )
        for year in (2026, 2027)
    )


def is_worked(calendar: Calendar, day: date) -> bool:
    """The definition, from the notices alone."""
    year = calendar.years.get(day.year)
    if year and day in year.off:
        return False
    return day.weekday() < 5 or bool(year and day in year.work)


@given(calendars(), ANY_DAY, st.integers(1, 60))
def test_counting_agrees_with_a_slow_day_by_day_definition(calendar, start, n):
    found = due(calendar, start, working(n), RULE)
    counted = [start + timedelta(days=k) for k in range(1, (found.due - start).days + 1)]
    worked = [day for day in counted if is_worked(calendar, day)]
    assert len(worked) == n
    assert worked[-1] == found.due
    off = [
        (one.first + timedelta(days=k), one.reason)
        for one in found.skipped
        for k in range((one.last - one.first).days + 1)
    ]
    assert [day for day, _ in off] == [day for day in counted if not is_worked(calendar, day)]
    holidays = {day for year in calendar.years.values() for day in year.off}
    assert all((reason == "HOLIDAY") == (day in holidays) for day, reason in off)
    assert list(found.made_up) == [day for day in worked if day.weekday() >= 5]
    doubtful = {day.year for day in counted if not calendar.is_published(day.year)}
    assert (set(found.estimated_years), found.provisional) == (doubtful, bool(doubtful))


@given(calendars(), ANY_DAY, st.integers(1, 40), st.integers(1, 40))
def test_counting_in_two_parts_ends_on_the_same_day(calendar, start, first, second):
    """What is left after a pause without days in between is exactly the rest."""
    middle = due(calendar, start, working(first), RULE).due
    assert calendar.working_days_between(start, middle) == first
    assert (
        due(calendar, middle, working(second), RULE).due
        == due(calendar, start, working(first + second), RULE).due
    )


@given(calendars(), ANY_DAY, st.integers(1, 60))
def test_weeks_and_calendar_days_ignore_every_notice(calendar, start, n):
    weeks = due(calendar, start, Term(n=n, unit=Unit.WEEK), RULE).due
    assert (weeks - start).days == 7 * n
    assert due(calendar, start, Term(n=7 * n, unit=Unit.CALENDAR_DAY), RULE).due == weeks
