"""The working-day clock: legal days, working days with 调休, and dates that explain themselves.

Instants are UTC, legal days are Asia/Shanghai. Working days, calendar days, weeks and hours are
different units and never mixed. The day of the starting event is not counted (次日起算).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


class Unit(StrEnum):
    WORKING_DAY = "WORKING_DAY"
    CALENDAR_DAY = "CALENDAR_DAY"
    WEEK = "WEEK"
    HOUR = "HOUR"


UNIT_TEXT = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "个自然日",
    Unit.WEEK: "周",
    Unit.HOUR: "小时",
}


class Term(Wire):
    """A length of time in one unit."""

    n: int
    unit: Unit

    def text(self) -> str:
        return f"{self.n}{UNIT_TEXT[self.unit]}"


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
        return sum(self.is_working_day(day) for day in _days(start, end))


class Rule(Wire):
    """Where a number of days comes from. `article` is the law's or the policy's own reference."""

    id: str
    article: str = ""
    title: str = ""


class Skipped(Wire):
    """Days not counted, and why: WEEKEND or HOLIDAY."""

    first: date
    last: date
    reason: str


class Considered(Wire):
    """Another clock that was looked at and did not decide."""

    due: date
    rule: Rule
    term: Term


class Explained(Wire):
    """A computed date that explains itself: start, rule, term, what was skipped, and doubts.

    `provisional` when a year it touches is not published yet: those years are in `estimated_years`.
    """

    due: date
    start: date
    start_event: str
    rule: Rule
    term: Term
    skipped: tuple[Skipped, ...] = ()
    made_up: tuple[date, ...] = ()
    provisional: bool = False
    estimated_years: tuple[int, ...] = ()
    considered: tuple[Considered, ...] = ()

    def text(self) -> str:
        """The explanation in Chinese, one sentence a fact."""
        start = START_TEXT.get(self.start_event, self.start_event)
        parts = [
            f"自{chinese(self.start)}（{start}）次日起{self.term.text()}，至{chinese(self.due)}"
        ]
        if self.rule.article or self.rule.title:
            parts.append(f"依据：{self.rule.title}{self.rule.article}")
        holidays = [s for s in self.skipped if s.reason == "HOLIDAY"]
        if holidays:
            parts.append("扣除法定节假日：" + "、".join(_span(s) for s in holidays))
        if self.made_up:
            parts.append("调休上班日计入：" + "、".join(chinese(day) for day in self.made_up))
        if self.provisional:
            years = "、".join(f"{year}年" for year in self.estimated_years)
            parts.append(f"{years}放假安排尚未公布，此日期为暂定，公布后将重新计算")
        return "；".join(parts) + "。"


START_TEXT = {
    "FORMED": "信息形成",
    "CHANGED": "信息变更",
    "DETERMINED": "公开事项确定",
    "EVENT": "事项发生",
    "PUBLISHED": "公开",
    "RECEIVED": "收到",
    "APPROVED": "批准",
    "ASSIGNED": "交办",
}


def due(
    calendar: Calendar, start: date, term: Term, rule: Rule, start_event: str = "FORMED"
) -> Explained:
    """The last day of a term that starts with an event on `start` (not counted).

    Raises ValueError for HOUR: hours run from instants, not from days.
    """
    if term.unit is Unit.HOUR:
        raise ValueError("hours are counted from instants")
    end = _end(calendar, start, term)
    touched = range(start.year, end.year + 1) if term.unit is Unit.WORKING_DAY else range(0)
    estimated = tuple(year for year in touched if not calendar.is_published(year))
    working = term.unit is Unit.WORKING_DAY
    return Explained(
        due=end,
        start=start,
        start_event=start_event,
        rule=rule,
        term=term,
        skipped=_skipped(calendar, start, end) if working else (),
        made_up=tuple(day for day in _days(start, end) if working and calendar.is_made_up(day)),
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


def chinese(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _span(skipped: Skipped) -> str:
    if skipped.first == skipped.last:
        return chinese(skipped.first)
    return f"{chinese(skipped.first)}至{chinese(skipped.last)}"


def _days(after: date, end: date) -> Iterator[date]:
    return (after + timedelta(days=n) for n in range(1, (end - after).days + 1))


def _skipped(calendar: Calendar, start: date, end: date) -> tuple[Skipped, ...]:
    """Runs of days off with the same reason."""
    runs: list[Skipped] = []
    for day in _days(start, end):
        reason = calendar.why_off(day)
        if reason is None:
            continue
        if runs and runs[-1].reason == reason and runs[-1].last == day - ONE_DAY:
            runs[-1] = runs[-1].model_copy(update={"last": day})
        else:
            runs.append(Skipped(first=day, last=day, reason=reason))
    return tuple(runs)
