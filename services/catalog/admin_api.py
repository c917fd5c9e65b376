"""JSON routes of reference data: agencies, organs, people, positions, policy sets, calendars."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from services.catalog import administration
from services.catalog.aggregates import AGENCY, CALENDAR, ORGAN, POLICY
from services.catalog.domain.people import AgencyRegistered, OfficeHolderChanged, OrganEstablished
from services.catalog.domain.rules import CalendarPublished, PolicySetActivated
from services.catalog.obligations import reschedule_provisional
from services.catalog.policy import files
from services.catalog.policy.model import Role, checked
from shared.caller import Caller
from shared.events import Json, Wire
from shared.workdays import CalendarYear

router = APIRouter(prefix="/api/v1", tags=["reference data"])


class AgencyBody(Wire):
    name: str
    parent_id: str | None = None
    code: str
    kind: str = "BUREAU"
    level: str = ""


class OrganBody(Wire):
    agency_id: str
    name: str
    kind: str = "SECTION"
    parent_id: str | None = None


class PersonBody(Wire):
    agency_id: str
    name: str


class AppointmentBody(Wire):
    agency_id: str
    organ_id: str
    position: str
    roles: tuple[Role, ...]
    since: date
    until: date | None = None


class PolicyBody(Wire):
    """`overlay` names one of the sets that come with the product, instead of `policy`."""

    effective_from: date
    policy: Json | None = None
    overlay: str | None = None


@router.put("/agencies/{agency}", status_code=204)
async def put_agency(agency: str, body: AgencyBody, caller: Caller) -> None:
    await administration.may_administer(caller, body.parent_id or agency)
    fact = AgencyRegistered(agency_id=agency, **body.model_dump())
    await administration.record(caller, AGENCY, agency, fact, agency)


@router.put("/organs/{organ}", status_code=204)
async def put_organ(organ: str, body: OrganBody, caller: Caller) -> None:
    await administration.may_administer(caller, body.agency_id)
    fact = OrganEstablished(organ_id=organ, **body.model_dump())
    await administration.record(caller, ORGAN, organ, fact, body.agency_id)


@router.put("/people/{person}", status_code=204)
async def put_person(person: str, body: PersonBody, caller: Caller) -> None:
    """The name goes to the text store; the fact holds its address."""
    await administration.may_administer(caller, body.agency_id)
    await administration.register_person(caller, person, body.agency_id, body.name)


@router.post("/people/{person}/appointments", status_code=204)
async def appoint(person: str, body: AppointmentBody, caller: Caller) -> None:
    """Roles of a person in one organ and position, as a whole; `until` ends them."""
    await administration.may_administer(caller, body.agency_id)
    fact = OfficeHolderChanged(person_id=person, **body.model_dump())
    await administration.appoint(caller, fact)


@router.put("/policies/{agency}/{version}", status_code=204)
async def put_policy(agency: str, version: str, body: PolicyBody, caller: Caller) -> None:
    """Activate a policy set; `national` is for the administrator of a top agency."""
    await administration.may_set_rules(caller, agency)
    policy = body.policy if body.policy is not None else administration.shipped(body.overlay)
    fact = PolicySetActivated(
        agency=agency,
        version=version,
        effective_from=body.effective_from,
        policy=checked(policy).wire(),
    )
    await administration.activate(caller, POLICY, f"{agency}-{version}", fact, agency)


@router.put("/calendars/{year}", status_code=200)
async def put_calendar(year: int, body: CalendarYear, caller: Caller) -> dict[str, int]:
    """Publish or correct a year; provisional dates are computed again."""
    await administration.may_set_rules(caller, "national")
    fact = CalendarPublished(year=year, calendar=body.wire())
    await administration.activate(caller, CALENDAR, str(year), fact, "national")
    done = await reschedule_provisional(caller.facts, caller.context("national"))
    return {"rescheduled": done}


@router.get("/calendars/shipped")
async def shipped_calendars() -> list[dict[str, Any]]:
    """The years that come with the product, ready to be put."""
    return [year.wire() for year in files.calendar_years()]
