"""Whether a calendar year may be published: its days are its own, and 调休 days are weekend days."""

from __future__ import annotations

from collections.abc import Iterator

from shared.errors import Invalid
from shared.workdays import CalendarYear, YearStatus, chinese


def checked_year(year: CalendarYear) -> CalendarYear:
    """Raises Invalid naming the field and the day."""
    for field, text in _faults(year):
        raise Invalid(text, field=field)
    return year


def _faults(year: CalendarYear) -> Iterator[tuple[str, str]]:
    if not 2000 <= year.year <= 2100:
        yield "year", "年份须在 2000 至 2100 之间"
    for field, days in (("off", year.off), ("work", year.work)):
        for day in days:
            if day.year != year.year:
                yield field, f"{chinese(day)}不在{year.year}年"
    for day in year.work:
        if day.weekday() < 5:
            yield "work", f"{chinese(day)}本来就是工作日，调休上班日只能是周六或周日"
        if day in year.off:
            yield "work", f"{chinese(day)}既列为放假又列为上班"
    if year.status is YearStatus.PUBLISHED and not (year.off and year.source.strip()):
        yield "source", "已公布的年份须列出放假日期，并写明通知的名称或文号"
