"""Who may change reference data, and the changes: they concern agencies the request may not see yet."""

from __future__ import annotations

import re
from typing import Any

from services.catalog.aggregates import PERSON
from services.catalog.domain.errors import AlreadyThere, CodeTaken, TreeLoop
from services.catalog.domain.people import (
    DirectoryEvent,
    OfficeHolderChanged,
    PersonRegistered,
    Record,
)
from services.catalog.domain.rules import Activate, RuleEvent
from services.catalog.policy import files
from shared import directory
from shared.caller import Asking, NotYours
from shared.errors import Invalid, NotFound
from shared.events import Json
from shared.facts import Aggregate

SETUP = "service:setup"
SHIPPED = ("bureau-justice", "bureau-civil")
OVERLAYS = (
    ("", "国家规则（默认）"),
    ("bureau-justice", "司法局方案：科室—公开办—组长或副组长审批"),
    ("bureau-civil", "民政局方案：分管领导审核—主要领导审批"),
)


async def may_administer(caller: Asking, agency: str) -> None:
    """The administrator of the agency or of one above it; the set-up identity before there is any.

    Raises NotYours.
    """
    async with caller.facts.transaction() as db:
        if await setting_up(caller, db):
            return
        above: list[str] = []
        at: str | None = agency
        while at and at not in above:
            above.append(at)
            try:
                at = (await directory.agency(db, at)).parent
            except NotFound:
                break
    if not any(caller.has("ADMINISTRATOR", known) for known in above):
        raise NotYours


async def may_register(caller: Asking, agency: str, parent: str | None, code: str) -> None:
    """Nobody takes over an agency by naming himself its superior, and no index numbers collide.

    Raises NotYours, TreeLoop, CodeTaken.
    """
    async with caller.facts.transaction() as db:
        known = {a.agency: a for a in await directory.agencies(db)}
        below = await directory.subtree(db, agency) if agency in known else (agency,)
    if parent in (*below, agency):
        raise TreeLoop(field="parentId")
    if any(a.code == code and a.agency != agency for a in known.values()):
        raise CodeTaken(field="code")
    if agency in known:
        await may_administer(caller, agency)
    if agency not in known or (parent and parent != known[agency].parent):
        await may_administer(caller, parent or agency)


async def may_set_rules(caller: Asking, agency: str) -> None:
    """National rules are the business of an administrator of a top agency. Raises NotYours."""
    if agency != "national":
        await may_administer(caller, agency)
        return
    async with caller.facts.transaction() as db:
        if await setting_up(caller, db):
            return
        tops = {a.agency for a in await directory.agencies(db) if a.parent is None}
    if not any(caller.has("ADMINISTRATOR", top) for top in tops):
        raise NotYours


async def setting_up(caller: Asking, db: Any) -> bool:
    """Whether nobody administers anything yet and this is who may begin."""
    if caller.person not in {SETUP, caller.runtime.settings.first_administrator or SETUP}:
        return False
    there = await db.fetchval("SELECT 1 FROM directory_grants WHERE role = 'ADMINISTRATOR' LIMIT 1")
    return there is None


async def must_be_setting_up(caller: Asking, db: Any) -> None:
    """Raises NotYours once the platform has an administrator, and for anybody else."""
    if not await setting_up(caller, db):
        raise NotYours


async def must_be_new(caller: Asking, agency: str) -> None:
    """Raises AlreadyThere: a page registers, it does not rename by accident."""
    async with caller.facts.transaction() as db:
        if any(known.agency == agency for known in await directory.agencies(db)):
            raise AlreadyThere(field="agency")


def identifier(typed: str, field: str) -> str:
    """An id that people chose: it stands in addresses and facts. Raises Invalid."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", typed):
        raise Invalid("只能用字母、数字、点、横线和下划线，以字母或数字开头", field=field)
    return typed


def organisation_code(typed: str) -> str:
    """It begins every index number. Raises Invalid."""
    if not re.fullmatch(r"[0-9A-Z]{3,20}", typed):
        raise Invalid("机构代码由 3 至 20 位数字或大写字母组成", field="code")
    return typed


def shipped(overlay: str | None) -> Json:
    """A set that comes with the product. Raises Invalid for an unknown name."""
    if overlay is not None and overlay not in SHIPPED:
        raise Invalid(f"没有名为「{overlay}」的公开规则", field="overlay")
    return files.policy_set(overlay)


async def record(
    caller: Asking, aggregate: Aggregate[Any, Any, Any], key: str, fact: DirectoryEvent, agency: str
) -> None:
    async with caller.facts.transaction() as db:
        context = caller.context(agency)
        await caller.facts.execute_in(db, aggregate, key, Record(fact), context)


async def register_person(caller: Asking, person: str, agency: str, name: str) -> None:
    if not name.strip():
        raise Invalid("请填写姓名", field="name")
    async with caller.facts.transaction() as db:
        address = await caller.texts.put(db, agency, name.strip())
        fact = PersonRegistered(person_id=person, agency_id=agency, name_hash=address)
        context = caller.context(agency)
        await caller.facts.execute_in(db, PERSON, stream_of(caller, person), Record(fact), context)


def stream_of(caller: Asking, person: str) -> str:
    """The person's stream, by a keyed name: streams stand in the ledger's public leaves, and who signs in
    under which name is nobody else's business."""
    return caller.texts.address("person", person).removeprefix("t1:")[:32]


async def must_have_organ(caller: Asking, agency: str, organ: str) -> None:
    """Raises Invalid when the organ belongs to another agency or does not exist."""
    async with caller.facts.transaction() as db:
        known = {known.organ for known in await directory.organs(db, agency)}
    if organ not in known:
        raise Invalid("该机构没有这个内设组织", field="organId")


async def appoint(caller: Asking, fact: OfficeHolderChanged) -> None:
    """Raises Invalid when the organ belongs to another agency or does not exist."""
    await must_have_organ(caller, fact.agency_id, fact.organ_id)
    async with caller.facts.transaction() as db:
        context = caller.context(fact.agency_id)
        key = stream_of(caller, fact.person_id)
        await caller.facts.execute_in(db, PERSON, key, Record(fact), context)


async def activate(
    caller: Asking, aggregate: Aggregate[Any, Any, Any], key: str, fact: RuleEvent, agency: str
) -> None:
    async with caller.facts.transaction() as db:
        await caller.facts.execute_in(db, aggregate, key, Activate(fact), caller.context(agency))
