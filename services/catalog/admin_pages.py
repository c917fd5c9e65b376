"""HTML routes of administration: first steps on an empty platform; agencies, organs, people, posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from services.catalog import admin_queries, administration, first_steps
from services.catalog.admin_api import (
    AgencyBody,
    AppointmentBody,
    OrganBody,
    PersonBody,
    appoint,
    put_agency,
    put_organ,
    put_person,
)
from services.catalog.api import fresh_id
from services.catalog.labels import AGENCY_KINDS, FIELDS, ORGAN_KINDS, ROLES
from services.catalog.pages import page
from shared.caller import Asking, Caller
from shared.errors import DomainError, Invalid
from shared.events import Wire
from shared.http import status_of
from shared.workdays import legal_day

router = APIRouter(prefix="/admin", tags=["pages"], include_in_schema=False)
B = TypeVar("B", bound=Wire)
Values = Mapping[str, Any]
DONE = {
    "agency": "机构已登记。", "organ": "内设组织已登记。", "person": "人员和岗位已登记。",
    "ended": "任职已结束。", "first": "平台已可使用。请继续登记下级机构、内设组织和人员。",
}  # fmt: skip


@router.get("")
async def directory_page(request: Request, caller: Caller, done: str = "") -> Response:
    """Agencies, organs and people that this person belongs to, oversees or administers."""
    async with caller.facts.transaction() as db:
        if await administration.setting_up(caller, db):
            return RedirectResponse("/catalog/admin/first", 303)
        found = await admin_queries.overview(db, caller)
    return page(request, caller, "admin.html", done=DONE.get(done, ""), **found)


@router.get("/first")
async def first(request: Request, caller: Caller) -> Response:
    async with caller.facts.transaction() as db:
        await administration.must_be_setting_up(caller, db)
    return _form(request, caller, "admin_first.html", {})


@router.post("/first")
async def begin(request: Request, caller: Caller) -> Response:
    """Rules, calendars, the top agency and its administrator."""
    values = await _typed(request)
    try:
        await first_steps.begin(caller, values)
    except DomainError as error:
        return _form(request, caller, "admin_first.html", values, error)
    return RedirectResponse("/catalog/admin?done=first", 303)


@router.get("/agencies/new")
async def new_agency(request: Request, caller: Caller, parent: str = "") -> Response:
    await administration.may_administer(caller, parent)
    return _form(request, caller, "admin_agency.html", {"parentId": parent})


@router.post("/agencies/new")
async def add_agency(request: Request, caller: Caller) -> Response:
    values = await _typed(request)
    try:
        id = administration.identifier(values.get("agency", ""), "agency")
        await administration.must_be_new(caller, id)
        await put_agency(id, _body(AgencyBody, values), caller)
        await first_steps.rules(caller, id, values.get("overlay", ""))
    except DomainError as error:
        return _form(request, caller, "admin_agency.html", values, error)
    return RedirectResponse(f"/catalog/admin?done=agency#a-{id}", 303)


@router.get("/organs/new")
async def new_organ(request: Request, caller: Caller, agency: str) -> Response:
    await administration.may_administer(caller, agency)
    return _form(request, caller, "admin_organ.html", {"agencyId": agency})


@router.post("/organs/new")
async def add_organ(request: Request, caller: Caller) -> Response:
    values = await _typed(request)
    try:
        await put_organ(f"o-{fresh_id()}", _body(OrganBody, values), caller)
    except DomainError as error:
        return _form(request, caller, "admin_organ.html", values, error)
    return RedirectResponse(f"/catalog/admin?done=organ#a-{values['agencyId']}", 303)


@router.get("/people/new")
async def new_person(
    request: Request, caller: Caller, agency: str, person: str = "", name: str = ""
) -> Response:
    """A new person with a first post, or another post of one who is known."""
    await administration.may_administer(caller, agency)
    start = legal_day(caller.now).isoformat()
    values = {"agencyId": agency, "person": person, "name": name, "since": start, "roles": []}
    return await _person_form(request, caller, values)


@router.post("/people/new")
async def add_person(request: Request, caller: Caller) -> Response:
    values = await _typed(request)
    try:
        id = administration.identifier(values.get("person", ""), "person")
        post = _body(AppointmentBody, {**values, "until": None})
        if not post.roles:
            raise Invalid("请至少选择一项职责", field="roles")
        await administration.must_have_organ(caller, post.agency_id, post.organ_id)
        if not await admin_queries.known(caller, id):
            await put_person(id, _body(PersonBody, values), caller)
        await appoint(id, post, caller)
    except DomainError as error:
        return await _person_form(request, caller, values, error)
    return RedirectResponse(f"/catalog/admin?done=person#a-{values['agencyId']}", 303)


@router.post("/appointments/end")
async def end_appointment(request: Request, caller: Caller) -> Response:
    """The last day in office is yesterday: from today the person decides nothing there."""
    values = await _typed(request)
    async with caller.facts.transaction() as db:
        post = await admin_queries.post(db, values, legal_day(caller.now))
    await appoint(str(values.get("person", "")), _body(AppointmentBody, post), caller)
    return RedirectResponse(f"/catalog/admin?done=ended#a-{values['agencyId']}", 303)


async def _typed(request: Request) -> dict[str, Any]:
    async with request.form() as form:
        typed: dict[str, Any] = {name: str(value).strip() for name, value in form.items()}
        typed["roles"] = [str(role) for role in form.getlist("roles")]
    return typed


def _body(model: type[B], values: Values) -> B:
    """Raises Invalid naming the field in Chinese."""
    given = {name: value for name, value in values.items() if value not in ("", None)}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        name = FIELDS.get(field, field)
        text = f"请填写「{name}」" if field not in given else f"「{name}」填写得不对"
        raise Invalid(text, field=field) from error


def _form(
    request: Request, caller: Asking, name: str, values: Values, error: DomainError | None = None,
    **more: Any,
) -> Response:  # fmt: skip
    return page(
        request, caller, name, code=status_of(error) if error else 200, values=values,
        errors={error.field or "name": error.detail} if error else {},
        overlays=administration.OVERLAYS, agency_kinds=AGENCY_KINDS, organ_kinds=ORGAN_KINDS, roles=ROLES,
        **more,
    )  # fmt: skip


async def _person_form(
    request: Request, caller: Asking, values: Values, error: DomainError | None = None
) -> Response:
    async with caller.facts.transaction() as db:
        organs, agency = await admin_queries.organs(db, str(values.get("agencyId", "")))
    return _form(
        request, caller, "admin_person.html", values, error, organs=organs, agency=agency,
        organ_options=[(organ.organ, organ.name) for organ in organs],
    )  # fmt: skip
