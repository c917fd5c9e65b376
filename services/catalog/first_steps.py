"""The first steps on an empty platform: national rules, calendars, the top agency, its administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalog import administration
from services.catalog.admin_api import PolicyBody, put_calendar, put_policy
from services.catalog.aggregates import AGENCY, ORGAN
from services.catalog.api import fresh_id
from services.catalog.domain.people import AgencyRegistered, OfficeHolderChanged, OrganEstablished
from services.catalog.policy import files
from shared.caller import Asking
from shared.errors import Invalid
from shared.workdays import legal_day

VERSION = "1"
NEEDED = {"name": "机构名称", "agency": "网址标识", "code": "机构代码", "organ": "办公室名称",
          "person": "您的姓名", "position": "您的职务"}  # fmt: skip


async def begin(caller: Asking, values: Mapping[str, Any]) -> None:
    """Everything from one form. Safe to send again after it broke off. Raises Invalid, NotYours."""
    async with caller.facts.transaction() as db:
        await administration.must_be_setting_up(caller, db)
    for field, name in NEEDED.items():
        if not values.get(field):
            raise Invalid(f"请填写「{name}」", field=field)
    agency = administration.identifier(values["agency"], "agency")
    code = administration.organisation_code(values["code"])
    await administration.may_register(caller, agency, None, code)
    await _national(caller)
    fact = AgencyRegistered(
        agency_id=agency, name=values["name"], code=code, kind="OFFICE", level=""
    )
    await administration.record(caller, AGENCY, agency, fact, agency)
    await _administrator(caller, agency, values)


async def _national(caller: Asking) -> None:
    since = legal_day(caller.now).replace(month=1, day=1)
    await put_policy("national", VERSION, PolicyBody(effective_from=since), caller)
    for year in files.calendar_years():
        await put_calendar(year.year, year, caller)


async def _administrator(caller: Asking, agency: str, values: Mapping[str, Any]) -> None:
    organ = f"o-{fresh_id()}"
    office = OrganEstablished(
        organ_id=organ, agency_id=agency, name=values["organ"], kind="SECTION"
    )
    await administration.record(caller, ORGAN, organ, office, agency)
    await administration.register_person(caller, caller.person, agency, values["person"])
    # Last: from here on the ordinary rules say who may do what.
    await administration.appoint(
        caller,
        OfficeHolderChanged(
            person_id=caller.person, agency_id=agency, organ_id=organ, position=values["position"],
            roles=("ADMINISTRATOR",), since=legal_day(caller.now),
        ),
    )  # fmt: skip


async def rules(caller: Asking, agency: str, overlay: str) -> None:
    """An agency that chose none follows the national rules. Raises Invalid for an unknown name."""
    if overlay:
        since = legal_day(caller.now).replace(month=1, day=1)
        await put_policy(agency, VERSION, PolicyBody(effective_from=since, overlay=overlay), caller)
