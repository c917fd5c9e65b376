"""JSON routes of reference data: agencies, organs, people, positions, policy sets, calendars."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from services.catalog import administration, rulesets
from services.catalog.aggregates import AGENCY, ORGAN
from services.catalog.domain.people import AgencyRegistered, OfficeHolderChanged, OrganEstablished
from services.catalog.forms import Code, CodeOrNone
from services.catalog.policy import files
from services.catalog.policy.model import Role
from shared.caller import Caller
from shared.errors import Invalid
from shared.events import Json, Wire
from shared.workdays import CalendarYear

router = APIRouter(prefix="/api/v1", tags=["reference data"])


Name = Annotated[str, Field(min_length=1, max_length=100)]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


class AgencyBody(Wire):
    name: Name
    parent_id: Code | None = None
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{3,20}$")]
    kind: Code = "BUREAU"
    level: CodeOrNone = ""


class OrganBody(Wire):
    agency_id: Code
    name: Name
    kind: Code = "SECTION"
    parent_id: Code | None = None


class PersonBody(Wire):
    agency_id: Code
    name: Name


class AppointmentBody(Wire):
    agency_id: Code
    organ_id: Code
    position: Name
    roles: tuple[Role, ...]
    since: date
    until: date | None = None


class PolicyBody(Wire):
    """`overlay` names one of the sets that come with the product, instead of `policy`."""

    effective_from: date
    policy: Json | None = None
    overlay: str | None = None


@router.put("/agencies/{agency}", status_code=204)
async def put_agency(agency: Id, body: AgencyBody, caller: Caller) -> None:
    """A new agency is put by whoever administers its superior, a known one also by its own."""
    await administration.may_register(caller, agency, body.parent_id, body.code)
    fact = AgencyRegistered(agency_id=agency, **body.model_dump())
    await administration.record(caller, AGENCY, agency, fact, agency)


@router.put("/organs/{organ}", status_code=204)
async def put_organ(organ: Id, body: OrganBody, caller: Caller) -> None:
    await administration.may_administer(caller, body.agency_id)
    fact = OrganEstablished(organ_id=organ, **body.model_dump())
    await administration.record(caller, ORGAN, organ, fact, body.agency_id)


@router.put("/people/{person}", status_code=204)
async def put_person(person: Id, body: PersonBody, caller: Caller) -> None:
    """The name goes to the text store; the fact holds its address."""
    await administration.may_administer(caller, body.agency_id)
    await administration.register_person(caller, person, body.agency_id, body.name)


@router.post("/people/{person}/appointments", status_code=204)
async def appoint(person: Id, body: AppointmentBody, caller: Caller) -> None:
    """Roles of a person in one organ and position, as a whole; `until` ends them."""
    await administration.may_administer(caller, body.agency_id)
    fact = OfficeHolderChanged(person_id=person, **body.model_dump())
    await administration.appoint(caller, fact)


@router.put("/policies/{agency}/{version}", status_code=204)
async def put_policy(agency: Id, version: Id, body: PolicyBody, caller: Caller) -> None:
    """Activate a policy set; `national` is for the administrator of a top agency."""
    await administration.may_set_rules(caller, agency)
    policy = body.policy if body.policy is not None else administration.shipped(body.overlay)
    await rulesets.activate_policy(caller, agency, version, body.effective_from, policy)


@router.put("/calendars/{year}", status_code=200)
async def put_calendar(year: int, body: CalendarYear, caller: Caller) -> dict[str, int]:
    """Publish or correct a year; dates that touch it are computed again."""
    await administration.may_set_rules(caller, "national")
    if body.year != year:
        raise Invalid("地址中的年份与内容中的年份不一致", field="year")
    return {"rescheduled": await rulesets.publish_year(caller, body)}


@router.get("/calendars/shipped")
async def shipped_calendars() -> list[dict[str, Any]]:
    """The years that come with the product, ready to be put."""
    return [year.wire() for year in files.calendar_years()]
