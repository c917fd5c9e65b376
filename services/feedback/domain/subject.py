"""What opinions may be about: the feedback service's own memory of a published item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.feedback.domain.events import Circle
from shared.decider import Decider
from shared.events import Codec, Event

# From the narrowest to the widest; an unknown scope counts as the narrowest.
WIDTH = ("SPECIFIC_PERSONS", "PARTY_ONLY", "WITHIN_ORG", "WHOLE_PARTY", "PUBLIC")


class SubjectOpened(Event):
    """The item is public in one more circle, or in a newer revision."""

    type: Literal["feedback.subject-opened.v1"] = "feedback.subject-opened.v1"
    item_id: str
    revision: int
    round: int
    ring: int
    circle: Circle
    title: str
    index_no: str | None
    published_on: date


class SubjectClosed(Event):
    """公示期满: opinions received after `closed_on` are no longer taken."""

    type: Literal["feedback.subject-closed.v1"] = "feedback.subject-closed.v1"
    item_id: str
    round: int
    closed_on: date


SubjectEvent = SubjectOpened | SubjectClosed
CODEC: Codec[SubjectEvent] = Codec(Annotated[SubjectEvent, Field(discriminator="type")])


@dataclass(frozen=True)
class Subject:
    """Rounds known (the last one counts) and the circles opened, so that a repeat adds nothing."""

    round: int = 0
    closed_on: date | None = None
    opened: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True)
class OpenSubject:
    opened: SubjectOpened


@dataclass(frozen=True)
class CloseSubject:
    item_id: str
    round: int
    ended_on: date


def decide(command: OpenSubject | CloseSubject, state: Subject) -> Sequence[SubjectEvent]:
    match command:
        case OpenSubject(event):
            known = (event.revision, event.round, event.ring) in state.opened
            return [] if known else [event]
        case CloseSubject(item_id, number, ended_on):
            # A round that a later one has replaced ends nothing.
            if number < state.round or state.closed_on is not None or not state.opened:
                return []
            return [SubjectClosed(item_id=item_id, round=number, closed_on=ended_on)]


def evolve(state: Subject, event: SubjectEvent) -> Subject:
    match event:
        case SubjectOpened():
            opened = (*state.opened, (event.revision, event.round, event.ring))
            closed = None if event.round > state.round else state.closed_on
            return Subject(max(state.round, event.round), closed, opened)
        case SubjectClosed():
            return replace(state, closed_on=event.closed_on)


SUBJECT: Decider[OpenSubject | CloseSubject, Subject, SubjectEvent] = Decider(
    Subject(), decide, evolve
)


def width(scope: str) -> int:
    """Order of scopes: an opinion on an item stands in the widest circle its writer belongs to."""
    return WIDTH.index(scope) if scope in WIDTH else 0


def belongs(circle: Circle, organs: frozenset[str], person: str, *, holds_grant: bool) -> bool:
    """Whether somebody is in the audience (公开对象) of a circle.

    Anybody is in PUBLIC's. Elsewhere the audience names organs or persons; left empty it means
    everybody who holds a position in the agency, except for SPECIFIC_PERSONS, which must name them.
    """
    if circle.scope == "PUBLIC":
        return True
    if circle.audience:
        return person in circle.audience or not organs.isdisjoint(circle.audience)
    return holds_grant and circle.scope != "SPECIFIC_PERSONS"
