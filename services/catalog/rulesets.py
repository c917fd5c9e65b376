"""Activating policy sets and calendar years: looked up against the law, then stated as facts."""

from __future__ import annotations

from datetime import date

from services.catalog.aggregates import CALENDAR, POLICY
from services.catalog.domain.rules import Activate, CalendarPublished, PolicySetActivated
from services.catalog.obligations import reschedule_open
from services.catalog.policy import files
from services.catalog.policy.calendars import checked_year
from services.catalog.policy.checks import checked, with_law
from services.catalog.policy.files import laid_over
from services.catalog.policy.model import PolicySet
from shared import reference
from shared.caller import Asking
from shared.db import Db
from shared.errors import NotReady
from shared.events import Json
from shared.reference import NATIONAL
from shared.workdays import CalendarYear


async def activate_policy(
    caller: Asking, agency: str, version: str, effective_from: date, policy: Json
) -> None:
    """An agency's set is completed with the national one of that day; items keep the version they have.

    Raises Invalid naming the field, LooserThanLaw, AlreadyThere.
    """
    async with caller.facts.transaction() as db:
        law = await _law(db, agency, effective_from)
        found = checked(policy, law)
        whole = found if agency == NATIONAL else with_law(found, law)
        fact = PolicySetActivated(
            agency=agency, version=version, effective_from=effective_from, policy=whole.wire()
        )
        key = f"{agency}-{version}"
        await caller.facts.execute_in(db, POLICY, key, Activate(fact), caller.context(agency))


async def activate_overlay(
    caller: Asking, agency: str, version: str, effective_from: date, overlay: Json
) -> None:
    """An agency's own numbers, chains and categories laid over the national set of that day.

    Raises Invalid naming the field, LooserThanLaw, AlreadyThere.
    """
    async with caller.facts.transaction() as db:
        law = await _law(db, agency, effective_from)
    policy = laid_over(law.wire(), overlay)
    await activate_policy(caller, agency, version, effective_from, policy)


async def _law(db: Db, agency: str, on: date) -> PolicySet:
    """The national set in force; else, and for the national one itself, what comes with the product."""
    if agency != NATIONAL:
        try:
            return PolicySet.model_validate((await reference.policy(db, NATIONAL, on)).data)
        except NotReady:
            pass
    return PolicySet.model_validate(files.policy_set())


async def publish_year(caller: Asking, year: CalendarYear) -> int:
    """Publish or correct a year; dates it touches are computed again. Returns of how many items.

    Raises Invalid naming the day at fault.
    """
    fact = CalendarPublished(year=year.year, calendar=checked_year(year).wire())
    context = caller.context(NATIONAL)
    async with caller.facts.transaction() as db:
        await caller.facts.execute_in(db, CALENDAR, str(year.year), Activate(fact), context)
        return await reschedule_open(db, caller.facts, context, year.year)
