"""Calendar year 工作日历: which days are off or worked, published once a year by notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.errors import CalendarAlreadyPublished
from shared.decider import Decider
from shared.events import Codec, Event, Wire
from shared.workdays import CalendarYear, YearStatus


class PublishCalendar(Wire):
    calendar: CalendarYear


class ApplyCalendar(Wire):
    """Dates that hung on the year have been computed anew (`items` of them)."""

    items: int


class CalendarPublished(Event):
    """日历发布."""

    type: Literal["catalog.calendar-published.v1"] = "catalog.calendar-published.v1"
    year: int
    calendar: CalendarYear


class CalendarApplied(Event):
    """Working fact: the recomputation after a publication is done."""

    type: Literal["catalog.calendar-applied.v1"] = "catalog.calendar-applied.v1"
    items: int


CalendarEvent = Annotated[CalendarPublished | CalendarApplied, Field(discriminator="type")]
CalendarCommand = PublishCalendar | ApplyCalendar


@dataclass(frozen=True)
class PublishedYear:
    known: CalendarYear | None = None
    applied: bool = True


def decide(command: CalendarCommand, year: PublishedYear) -> Sequence[CalendarEvent]:
    """Raises CalendarAlreadyPublished when an estimate would replace the real notice."""
    match command:
        case PublishCalendar(calendar=calendar):
            if calendar == year.known:
                return []
            real = year.known and year.known.status is YearStatus.PUBLISHED
            if real and calendar.status is YearStatus.ESTIMATED:
                raise CalendarAlreadyPublished(field="status")
            return [CalendarPublished(year=calendar.year, calendar=calendar)]
        case ApplyCalendar(items=items):
            return [] if year.applied else [CalendarApplied(items=items)]


def evolve(year: PublishedYear, event: CalendarEvent) -> PublishedYear:
    match event:
        case CalendarPublished():
            return PublishedYear(event.calendar, applied=False)
        case CalendarApplied():
            return replace(year, applied=True)


CALENDAR_DECIDER = Decider(PublishedYear(), decide, evolve)
CALENDAR_CODEC: Codec[CalendarEvent] = Codec(CalendarEvent)
