"""The calendar years that come with the product, and the checks on those that are published later."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from services.catalog.policy.calendars import checked_year
from services.catalog.policy.files import calendar_years
from shared.errors import Invalid
from shared.workdays import Calendar, CalendarYear, YearStatus

YEARS = calendar_years()
CALENDAR = Calendar.of(YEARS)
PUBLISHED = [year for year in YEARS if year.status is YearStatus.PUBLISHED]


@pytest.mark.parametrize("year", PUBLISHED, ids=lambda year: str(year.year))
def test_every_day_of_a_published_year_agrees_with_an_independent_calendar(year):
    first = date(year.year, 1, 1)
    every = [
        first + timedelta(days=n)
        for n in range(366)
        if (first + timedelta(days=n)).year == year.year
    ]
    ours = [day for day in every if CALENDAR.is_working_day(day)]
    assert ours == [day for day in every if chinese_calendar.is_workday(day)]


@pytest.mark.parametrize("year", YEARS, ids=lambda year: str(year.year))
def test_every_year_that_comes_with_the_product_may_be_published_and_names_its_source(year):
    assert checked_year(year).source


def test_the_years_follow_each_other_and_the_last_is_only_estimated():
    assert [year.year for year in YEARS] == [2024, 2025, 2026, 2027]
    assert [year.status.value for year in YEARS][-1] == "estimated"


NOTICE = {"year": 2028, "off": (date(2028, 1, 1),), "work": (date(2028, 1, 8),), "source": "通知"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": 1900}, "year"),
        ({"off": (date(2027, 12, 31),)}, "off"),
        ({"work": (date(2029, 1, 6),)}, "work"),
        ({"work": (date(2028, 1, 5),)}, "work"),
        ({"work": (date(2028, 1, 1),)}, "work"),
        ({"off": ()}, "source"),
        ({"source": " "}, "source"),
    ],
)
def test_a_year_with_days_that_cannot_be_is_refused_and_the_day_is_named(changes, field):
    with pytest.raises(Invalid) as refusal:
        checked_year(CalendarYear.model_validate(NOTICE | changes))
    assert refusal.value.field == field


def test_an_estimated_year_needs_no_notice():
    checked_year(CalendarYear(year=2028, status=YearStatus.ESTIMATED))
