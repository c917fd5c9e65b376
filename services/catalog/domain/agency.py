"""Agency 机构: a node of the agency tree; every row, fact and URL belongs to one (S2-03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.errors import AgencyTreeLoop, CodeTaken
from services.catalog.domain.values import Code, Key, Name
from shared.decider import Decider
from shared.events import Codec, Event, Wire


class AgencyData(Wire):
    """`code` begins its index numbers (索引号)."""

    agency_id: Key
    name: Name
    parent_id: Key | None = None
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{3,20}$")]
    kind: Code = "BUREAU"
    level: Code = "CITY"


class AgencyRegistered(AgencyData, Event):
    """机构登记; registering again changes name, parent, code, kind or level."""

    type: Literal["catalog.agency-registered.v1"] = "catalog.agency-registered.v1"


class RegisterAgency(Wire):
    """`below`: the agency and all below it today; `code_of`: who has the code already."""

    data: AgencyData
    below: tuple[str, ...] = ()
    code_of: str | None = None


@dataclass(frozen=True)
class Agency:
    known: AgencyRegistered | None = None


def decide(command: RegisterAgency, agency: Agency) -> Sequence[AgencyRegistered]:
    """Raises AgencyTreeLoop, CodeTaken."""
    data = command.data
    if data.parent_id in (data.agency_id, *command.below):
        raise AgencyTreeLoop(field="parentId")
    if command.code_of not in (None, data.agency_id):
        raise CodeTaken(field="code")
    event = AgencyRegistered(**data.model_dump())
    return [] if event == agency.known else [event]


def evolve(_: Agency, event: AgencyRegistered) -> Agency:
    return Agency(event)


AGENCY_DECIDER = Decider(Agency(), decide, evolve)
AGENCY_CODEC: Codec[AgencyRegistered] = Codec(AgencyRegistered)
