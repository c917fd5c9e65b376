"""Legal days, and which of them are worked: the yearly notices with 调休 as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.events import Wire

CHINA = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


def legal_day(instant: datetime) -> date:
    """The day on which an instant (UTC) falls in China."""
    return instant.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """The first instant (UTC) of a legal day."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


class YearStatus(StrEnum):
    PUBLISHED = "published"
    ESTIMATED = "estimated"


class CalendarYear(Wire):
    """One year's notice: weekdays off (`off`) and weekend days worked (`work`, 调休)."""

    year: int
    status: YearStatus = YearStatus.PUBLISHED
    off: tuple[date, ...] = ()
    work: tuple[date, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Calendar:
    """Years known. A year nobody knows counts weekends only, and every date in it is provisional."""

    years: dict[int, CalendarYear] = field(default_factory=dict)

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> Calendar:
        return cls({year.year: year for year in years})

    def is_published(self, year: int) -> bool:
        known = self.years.get(year)
        return known is not None and known.status is YearStatus.PUBLISHED

    def why_off(self, day: date) -> str | None:
        """HOLIDAY or WEEKEND; None for a working day."""
        year = self.years.get(day.year, CalendarYear(year=day.year))
        if day in year.off:
            return "HOLIDAY"
        if day.weekday() >= 5 and day not in year.work:
            return "WEEKEND"
        return None

    def is_working_day(self, day: date) -> bool:
        return self.why_off(day) is None

    def is_made_up(self, day: date) -> bool:
        """A weekend day that is worked (调休)."""
        return day.weekday() >= 5 and self.is_working_day(day)

    def nth_working_day(self, start: date, n: int) -> date:
        """The n-th working day after `start`."""
        day = start
        while n > 0:
            day += ONE_DAY
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        return sum(self.is_working_day(day) for day in days_after(start, end))


def days_after(start: date, end: date) -> Iterator[date]:
    """Every day after `start` up to and including `end`."""
    return (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
