"""Person 人员: a name (by hash only) and the offices held, each with its roles (职务与职责)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.errors import (
    BadTerm,
    NoSuchAppointment,
    PersonElsewhere,
    PersonUnknown,
)
from services.catalog.domain.values import Address, Key, Name, Roles
from shared.decider import Decider
from shared.events import Codec, Event, Wire


class RegisterPerson(Wire):
    person_id: Key
    agency_id: Key
    name_hash: Address


class AppointHolder(Wire):
    """Gives a person an office: position in an organ, with roles from a day on (legal days)."""

    person_id: Key
    agency_id: Key
    organ_id: Key
    position: Name
    roles: Roles = Field(min_length=1)
    since: date
    until: date | None = None


class EndAppointment(Wire):
    """`until` is the last day in office."""

    person_id: Key
    organ_id: Key
    position: Name
    until: date


class PersonRegistered(RegisterPerson, Event):
    """Working fact: the name stays in catalog."""

    type: Literal["catalog.person-registered.v1"] = "catalog.person-registered.v1"


class OfficeHolderChanged(AppointHolder, Event):
    """任职变更: roles of one person in one organ and position, replaced as a whole."""

    type: Literal["catalog.office-holder-changed.v1"] = "catalog.office-holder-changed.v1"


PersonEvent = Annotated[PersonRegistered | OfficeHolderChanged, Field(discriminator="type")]
PersonCommand = RegisterPerson | AppointHolder | EndAppointment


@dataclass(frozen=True)
class Person:
    known: PersonRegistered | None = None
    offices: dict[tuple[str, str], OfficeHolderChanged] = field(default_factory=dict)


def decide(command: PersonCommand, person: Person) -> Sequence[PersonEvent]:
    match command:
        case RegisterPerson():
            return _register(command, person)
        case AppointHolder():
            return _changed(OfficeHolderChanged(**command.model_dump()), person)
        case EndAppointment(organ_id=organ, position=position, until=until):
            office = person.offices.get((organ, position))
            if office is None:
                raise NoSuchAppointment
            return _changed(office.model_copy(update={"until": until}), person)


def _register(command: RegisterPerson, person: Person) -> Sequence[PersonEvent]:
    """Raises PersonElsewhere: an id belongs to the agency that registered it first."""
    if person.known and person.known.agency_id != command.agency_id:
        raise PersonElsewhere(field="personId")
    event = PersonRegistered(**command.model_dump())
    return [] if event == person.known else [event]


def _changed(office: OfficeHolderChanged, person: Person) -> Sequence[PersonEvent]:
    """Raises PersonUnknown, BadTerm."""
    if person.known is None:
        raise PersonUnknown(field="personId")
    if office.until and office.until < office.since:
        raise BadTerm(field="until")
    return [] if person.offices.get((office.organ_id, office.position)) == office else [office]


def evolve(person: Person, event: PersonEvent) -> Person:
    match event:
        case PersonRegistered():
            return replace(person, known=event)
        case OfficeHolderChanged():
            held = {**person.offices, (event.organ_id, event.position): event}
            return replace(person, offices=held)


PERSON_DECIDER = Decider(Person(), decide, evolve)
PERSON_CODEC: Codec[PersonEvent] = Codec(PersonEvent)
