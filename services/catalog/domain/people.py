"""Agencies in their tree, organs, and people with positions and roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.errors import (
    AlreadyThere,
    BadTerm,
    PersonElsewhere,
    PersonUnknown,
)
from services.catalog.policy.model import Role
from shared.decider import Decider
from shared.events import Codec, Event


class AgencyRegistered(Event):
    """机构登记. `code` is the organisation code that begins every index number."""

    type: Literal["catalog.agency-registered.v1"] = "catalog.agency-registered.v1"
    agency_id: str
    name: str
    parent_id: str | None = None
    code: str
    kind: str
    level: str = ""


class OrganEstablished(Event):
    """组织设立: leading group, Party branch, section, discipline-inspection group."""

    type: Literal["catalog.organ-established.v1"] = "catalog.organ-established.v1"
    organ_id: str
    agency_id: str
    name: str
    kind: str
    parent_id: str | None = None


class PersonRegistered(Event):
    """A person, by reference: the name lies in the text store."""

    type: Literal["catalog.person-registered.v1"] = "catalog.person-registered.v1"
    person_id: str
    agency_id: str
    name_hash: str


class OfficeHolderChanged(Event):
    """任职变更: the roles of one person in one organ and position, as a whole; `until` ends them."""

    type: Literal["catalog.office-holder-changed.v1"] = "catalog.office-holder-changed.v1"
    person_id: str
    agency_id: str
    organ_id: str
    position: str
    roles: tuple[Role, ...]
    since: date
    until: date | None = None


DirectoryEvent = AgencyRegistered | OrganEstablished | PersonRegistered | OfficeHolderChanged
DIRECTORY_CODEC: Codec[DirectoryEvent] = Codec(
    Annotated[DirectoryEvent, Field(discriminator="type")]
)


@dataclass(frozen=True)
class Record:
    """State a fact of reference data. Stating the same again changes nothing."""

    fact: DirectoryEvent


def decide(command: Record, known: tuple[DirectoryEvent, ...]) -> Sequence[DirectoryEvent]:
    """Raises AlreadyThere, PersonElsewhere, PersonUnknown, BadTerm."""
    fact = command.fact
    match fact:
        case AgencyRegistered() | OrganEstablished():
            last = known[-1] if known else None
            if last is not None and _home(last) != _home(fact):
                raise AlreadyThere(field="agency")
        case PersonRegistered():
            named = [old for old in known if isinstance(old, PersonRegistered)]
            last = named[-1] if named else None
            if last is not None and _home(last) != _home(fact):
                raise PersonElsewhere(field="personId")
        case OfficeHolderChanged():
            if not known:
                raise PersonUnknown(field="personId")
            if fact.until and fact.until < fact.since:
                raise BadTerm(field="until")
            last = _latest(known, fact)
    return [] if last == fact else [fact]


def _home(fact: DirectoryEvent) -> str:
    return fact.agency_id


def _latest(known: tuple[DirectoryEvent, ...], fact: OfficeHolderChanged) -> DirectoryEvent | None:
    """What was last said of the same position."""
    same = [
        old
        for old in known
        if isinstance(old, OfficeHolderChanged)
        and (old.organ_id, old.position) == (fact.organ_id, fact.position)
    ]
    return same[-1] if same else None


Known = tuple[DirectoryEvent, ...]
NOTHING: Known = ()


def _remember(known: Known, event: DirectoryEvent) -> Known:
    return (*known, event)


DIRECTORY = Decider(initial=NOTHING, decide=decide, evolve=_remember)
