"""The working-day clock: known dates, units kept apart, doubts told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from shared.workdays import (
    Calendar,
    CalendarYear,
    Considered,
    Explained,
    Rule,
    Skipped,
    Term,
    Unit,
    YearStatus,
    due,
    earliest,
    latest,
    legal_day,
    start_of,
)


def days(year: int, *spans: str) -> tuple[date, ...]:
    """`2.15-2.23` or `5.9`, in one year."""
    found: list[date] = []
    for span in spans:
        first, _, last = span.partition("-")
        start, end = (_day(year, text) for text in (first, last or first))
        found += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return tuple(found)


def _day(year: int, text: str) -> date:
    month, day = text.split(".")
    return date(year, int(month), int(day))


Y2025 = CalendarYear(
    year=2025,
    off=days(2025, "1.1", "1.28-2.4", "4.4-4.6", "5.1-5.5", "5.31-6.2", "10.1-10.8"),
    work=days(2025, "1.26", "2.8", "4.27", "9.28", "10.11"),
)
Y2026 = CalendarYear(
    year=2026,
    off=days(2026, "1.1-1.3", "2.15-2.23", "4.4-4.6", "5.1-5.5", "6.19-6.21", "9.25-9.27", "10.1-10.7"),
    work=days(2026, "1.4", "2.14", "2.28", "5.9", "9.20", "10.10"),
)  # fmt: skip
CALENDAR = Calendar.of([Y2025, Y2026])
RULE = Rule(id="R", title="《某办法》", article="第三条")


def working(n: int) -> Term:
    return Term(n=n, unit=Unit.WORKING_DAY)


def last_day(start: str, term: Term) -> str:
    return due(CALENDAR, date.fromisoformat(start), term, RULE).due.isoformat()


@pytest.mark.parametrize(
    ("case", "start", "n", "end"),
    [
        ("a request before the Spring Festival", "2025-01-20", 20, "2025-02-21"),
        ("the notice to correct that request", "2025-01-20", 7, "2025-02-05"),
        ("a request before the National Day", "2025-09-22", 20, "2025-10-24"),
        ("twenty more after its first deadline", "2025-10-24", 20, "2025-11-21"),
        ("what a third party has to answer", "2025-04-24", 15, "2025-05-19"),
        ("the rest after the third party spoke", "2025-05-12", 17, "2025-06-05"),
        ("a corrected request starts anew", "2025-06-03", 20, "2025-07-01"),
        ("a document formed on a Friday", "2025-09-19", 20, "2025-10-23"),
        ("the bureau's own five days", "2025-09-19", 5, "2025-09-26"),
        ("posted at least twenty days", "2025-09-26", 20, "2025-10-30"),
        ("posted at least thirty days", "2025-09-26", 30, "2025-11-13"),
        ("two worked weekends around the Spring Festival", "2026-02-12", 7, "2026-02-28"),
        ("over two holidays of the autumn", "2026-09-18", 20, "2026-10-22"),
        ("one day from a Friday", "2026-11-20", 1, "2026-11-23"),
        ("one day from the eve of a holiday", "2026-09-30", 1, "2026-10-08"),
        ("from a day off", "2026-10-03", 1, "2026-10-08"),
        ("over the turn of the year", "2025-12-30", 3, "2026-01-05"),
    ],
)
def test_working_days_end_where_counting_by_hand_ends(case, start, n, end):
    assert last_day(start, working(n)) == end, case


def test_days_used_up_before_a_pause_do_not_count_the_day_of_receipt():
    assert CALENDAR.working_days_between(date(2025, 4, 21), date(2025, 4, 24)) == 3


def test_working_days_calendar_days_and_weeks_are_different_lengths():
    eve = "2026-09-30"
    assert last_day(eve, working(7)) == "2026-10-15"
    assert last_day(eve, Term(n=7, unit=Unit.CALENDAR_DAY)) == "2026-10-07"
    assert last_day(eve, Term(n=1, unit=Unit.WEEK)) == "2026-10-07"
    assert last_day("2026-02-05", Term(n=20, unit=Unit.CALENDAR_DAY)) == "2026-02-25"


def test_hours_are_never_counted_from_a_day():
    with pytest.raises(ValueError, match="instants"):
        due(CALENDAR, date(2026, 11, 23), Term(n=24, unit=Unit.HOUR), RULE)


@pytest.mark.parametrize("n", [0, -1, 3651])
def test_a_term_is_at_least_one_and_at_most_ten_years(n):
    with pytest.raises(ValidationError):
        working(n)


def test_a_swapped_weekend_is_worked_and_a_weekday_of_the_holiday_is_not():
    assert CALENDAR.is_made_up(date(2026, 10, 10))
    assert CALENDAR.why_off(date(2026, 10, 11)) == "WEEKEND"
    assert CALENDAR.why_off(date(2026, 10, 5)) == "HOLIDAY"
    assert not CALENDAR.is_made_up(date(2026, 10, 9))


def test_an_explained_date_tells_what_was_skipped_and_why():
    found = due(CALENDAR, date(2026, 9, 18), working(12), RULE, "FORMED")
    assert found.due == date(2026, 10, 12)
    assert found.skipped == (
        Skipped(first=date(2026, 9, 19), last=date(2026, 9, 19), reason="WEEKEND"),
        Skipped(first=date(2026, 9, 25), last=date(2026, 9, 27), reason="HOLIDAY"),
        Skipped(first=date(2026, 10, 1), last=date(2026, 10, 7), reason="HOLIDAY"),
        Skipped(first=date(2026, 10, 11), last=date(2026, 10, 11), reason="WEEKEND"),
    )
    assert found.made_up == (date(2026, 9, 20), date(2026, 10, 10))
    assert found.text() == (
        "自2026年9月18日（信息形成）次日起12个工作日，至2026年10月12日；依据：《某办法》第三条；"
        "扣除周末2天；扣除法定节假日：2026年9月25日至2026年9月27日、2026年10月1日至2026年10月7日；"
        "调休上班日计入：2026年9月20日、2026年10月10日。"
    )


def test_calendar_days_skip_nothing_and_are_never_provisional():
    unknown = Calendar.of([])
    found = due(unknown, date(2030, 9, 30), Term(n=7, unit=Unit.CALENDAR_DAY), RULE, "PUBLISHED")
    assert (found.skipped, found.made_up, found.provisional) == ((), (), False)
    expected = "自2030年9月30日（公开）次日起7个自然日，至2030年10月7日；依据：《某办法》第三条。"
    assert found.text() == expected


def test_a_date_in_a_year_nobody_knows_is_provisional_and_says_so():
    found = due(CALENDAR, date(2026, 12, 20), working(20), RULE)
    assert (found.provisional, found.estimated_years) == (True, (2027,))
    assert found.text().endswith("2027年放假安排尚未公布，此日期为暂定，公布后将重新计算。")


def test_a_date_in_an_estimated_year_is_provisional_until_the_notice_is_out():
    guess = CalendarYear(year=2027, status=YearStatus.ESTIMATED, off=days(2027, "1.1"))
    notice = CalendarYear(year=2027, off=days(2027, "1.1-1.4"), work=days(2027, "1.9"))
    before = due(Calendar.of([Y2026, guess]), date(2026, 12, 29), working(8), RULE)
    after = due(Calendar.of([Y2026, notice]), date(2026, 12, 29), working(8), RULE)
    assert (before.due, before.provisional, before.made_up) == (date(2027, 1, 11), True, ())
    assert (after.due, after.provisional) == (date(2027, 1, 11), False)
    assert after.made_up == (date(2027, 1, 9),)
    assert after.skipped[0] == Skipped(
        first=date(2027, 1, 1), last=date(2027, 1, 4), reason="HOLIDAY"
    )


def test_a_term_that_ends_before_the_unknown_year_is_certain():
    assert not due(CALENDAR, date(2026, 12, 23), working(6), RULE).provisional


def test_the_earliest_clock_decides_and_the_others_are_told():
    own, law = (
        Rule(id="OWN", title="《本局方案》"),
        Rule(id="LAW", title="《条例》", article="第九条"),
    )
    start = date(2026, 11, 20)
    dates = [
        due(CALENDAR, start, working(20), law, "FORMED"),
        due(CALENDAR, start, working(5), own, "FORMED"),
    ]
    first, last = earliest(dates), latest(dates)
    assert (first.due, first.rule.id) == (date(2026, 11, 27), "OWN")
    assert (last.due, last.rule.id) == (date(2026, 12, 18), "LAW")
    assert first.considered == (Considered(due=last.due, rule=law, term=working(20)),)
    assert "另有期限：《条例》第九条20个工作日，至2026年12月18日，取最早者" in first.text()
    assert "另有期限：《本局方案》5个工作日，至2026年11月27日，取最晚者" in last.text()


def test_an_explanation_survives_being_written_as_json():
    found = due(CALENDAR, date(2026, 9, 18), working(20), RULE)
    assert Explained.model_validate(found.wire()) == found


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_legal_day_is_a_day_in_china(instant, day):
    assert legal_day(instant) == day
    assert start_of(day) <= instant < start_of(day + timedelta(days=1))
