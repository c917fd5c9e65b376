"""The page of rules: every number of days with its article, the calendar years, and changing them."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from services.catalog import administration, rulesets
from services.catalog.labels import LABELS
from services.catalog.pages import page
from services.catalog.policy.files import parsed
from services.catalog.policy.model import Limit, Minimum, PolicySet
from shared import directory, reference
from shared.caller import Asking, Caller, NotYours
from shared.errors import DomainError, Invalid
from shared.events import Json
from shared.faults import fault_text
from shared.http import status_of
from shared.workdays import START_TEXT, CalendarYear, legal_day

router = APIRouter(prefix="/rules", tags=["pages"], include_in_schema=False)
MAX_RULES = 500_000  # bytes
DONE = {
    "rules": "公开规则已启用，自生效日起适用于新的草稿。",
    "year": "日历已公布，相关期限已重新计算。",
}


@router.get("")
async def rules(request: Request, caller: Caller, agency: str = "", done: str = "") -> Response:
    return await _show(request, caller, agency, done=DONE.get(done, ""))


@router.post("")
async def activate(
    request: Request, caller: Caller, agency: Annotated[str, Form()], file: Annotated[UploadFile, File()],
    version: Annotated[str, Form()] = "", effective_from: Annotated[str, Form(alias="effectiveFrom")] = "",
) -> Response:  # fmt: skip
    """An agency's additions as a file, in the form of those that come with the product."""
    try:
        await administration.may_set_rules(caller, agency)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", version):
            raise Invalid("请填写版本号，例如 2026.2", field="version")
        since = _day(effective_from)
        overlay = parsed(await _read(file))
        await rulesets.activate_overlay(caller, agency, version, since, overlay)
    except DomainError as error:
        return await _show(request, caller, agency, error=error)
    return RedirectResponse(f"/catalog/rules?agency={agency}&done=rules", 303)


@router.post("/calendar")
async def publish_year(
    request: Request, caller: Caller, year: Annotated[UploadFile, File()]
) -> Response:
    """A year of the calendar as a file with `year`, `source`, `off` and `work`."""
    try:
        await administration.may_set_rules(caller, reference.NATIONAL)
        await rulesets.publish_year(caller, _year(parsed(await _read(year))))
    except DomainError as error:
        return await _show(request, caller, "", error=error)
    return RedirectResponse("/catalog/rules?done=year#calendar", 303)


async def _read(file: UploadFile) -> bytes:
    data = await file.read(MAX_RULES + 1)
    if not data or len(data) > MAX_RULES:
        raise Invalid("请选择一个不超过 500 KB 的 TOML 文件", field="file")
    return data


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid("日期不对，请按 2026-11-23 的样子填写", field="effectiveFrom") from None


def _year(data: Json) -> CalendarYear:
    try:
        return CalendarYear.model_validate(data)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise Invalid(f"日历文件中「{name}」{fault_text(fault)}", field="year") from error


async def _show(
    request: Request,
    caller: Asking,
    agency: str,
    *,
    done: str = "",
    error: DomainError | None = None,
) -> Response:
    """The set in force today for an agency that the person may see; by default the first."""
    if not caller.agencies:
        raise NotYours("您还没有被安排岗位，请联系本单位管理员")
    chosen = agency if agency in caller.agencies else caller.agencies[0]
    async with caller.reading() as db:
        row = await reference.policy(db, chosen, legal_day(caller.now))
        calendar = await reference.calendar(db)
        names = {a.agency: a.name for a in await directory.agencies(db)}
    policy = PolicySet.model_validate(row.data)
    return page(
        request, caller, "rules.html", code=status_of(error) if error else 200, done=done,
        errors={_place(error): error.detail} if error else {}, chosen=chosen, row=row,
        agencies=[(a, names.get(a, a)) for a in caller.agencies], policy=policy,
        limits=[_limit(limit, policy) for limit in policy.limits],
        minimums=[_minimum(minimum) for minimum in policy.posting.minimums],
        opened="、".join(LABELS.get(code, code) for code in policy.posting.open),
        years=sorted(calendar.years.values(), key=lambda known: known.year),
        may_change=await _may(caller, chosen), may_publish=await _may(caller, reference.NATIONAL),
    )  # fmt: skip


def _place(error: DomainError) -> str:
    """The form field at fault; what is wrong inside a file is the file's fault."""
    days = ("year", "off", "work", "source")
    if error.field in ("version", "effectiveFrom"):
        return error.field
    return "year" if error.field in days else "file"


async def _may(caller: Asking, agency: str) -> bool:
    try:
        await administration.may_set_rules(caller, agency)
    except NotYours:
        return False
    return True


def _limit(limit: Limit, policy: PolicySet) -> Json:
    known = [policy.category(code) for code in limit.categories]
    about = [category.name for category in known if category]
    starts = "、".join(START_TEXT[event] for event in limit.start_events)
    return {
        "start": f"{starts}次日起", "term": limit.term.text(),
        "about": _about(limit.affairs_types, limit.duration_classes, about),
        "rule": limit.rule, "basis": limit.special_basis,
    }  # fmt: skip


def _minimum(minimum: Minimum) -> Json:
    about = ["重要事项"] if minimum.important_only else []
    return {
        "term": minimum.term.text(), "about": _about(minimum.duration_classes, about),
        "rule": minimum.rule,
    }  # fmt: skip


def _about(*codes: Any) -> str:
    """What a number is for: all, or these."""
    named = ["、".join(LABELS.get(code, code) for code in some) for some in codes if some]
    return "；".join(named) or "全部"
