"""What officials do with an opinion: screen, assign, answer, return, release, erase."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256

from services.feedback import queries, rescheduling
from services.feedback.aggregates import FEEDBACK
from services.feedback.domain.commands import (
    About,
    AnswerFeedback,
    AssignHandler,
    ErasePersonalData,
    HandlingCommand,
    ReassignHandler,
    ReleaseResult,
    ReturnAnswer,
    ScreenFeedback,
)
from services.feedback.domain.deadlines import answer_by
from services.feedback.domain.refusals import TWICE, DoneMeanwhile, NoSuchFeedback, NothingToRelease
from services.feedback.forms import (
    Answering,
    Assignment,
    Erasing,
    Handover,
    Releasing,
    Returning,
    Screening,
)
from shared import directory, reference
from shared.caller import Asking
from shared.db import Db
from shared.errors import Stale
from shared.store import StaleVersion
from shared.workdays import legal_day

OFFICE = ("DISCLOSURE_OFFICE",)
RELEASERS = ("DISCLOSURE_OFFICE", "DEPUTY_LEADER", "PRINCIPAL_LEADER")
ERASERS = ("DISCLOSURE_OFFICE", "ADMINISTRATOR")
READERS = (*RELEASERS, "ADMINISTRATOR")  # handlers read what is theirs

Build = Callable[[Db, queries.Row], Awaitable[HandlingCommand]]


async def _act(caller: Asking, id: str, expected: int | None, build: Build) -> None:
    """One command, one transaction. Of two people at once one wins. Raises DoneMeanwhile."""
    try:
        async with caller.writing() as db:
            row = await queries.one(db, id)
            command = About(id, await build(db, row))
            context = caller.context(row["agency"])
            await caller.facts.execute_in(db, FEEDBACK, id, command, context, expected)
    except (Stale, StaleVersion):
        async with caller.reading() as db:
            facts = await queries.history(db, id)
        mine = expected and caller.person in {f["actor"] for f in facts if f["version"] > expected}
        raise DoneMeanwhile(TWICE if mine else None, current=len(facts)) from None


async def screen(caller: Asking, id: str, form: Screening) -> None:
    """S3-16: a named person decides what is taken up. Raises AlreadyScreened, ReasonMissing."""

    async def build(db: Db, row: queries.Row) -> HandlingCommand:
        caller.require(row["agency"], *OFFICE)
        reason = None
        if form.reason_text:
            reason = await caller.texts.put(db, row["agency"], form.reason_text)
        return ScreenFeedback(form.outcome, caller.person, form.reason, reason)

    await _act(caller, id, form.expected, build)


async def assign(caller: Asking, id: str, form: Assignment) -> None:
    """Name who answers, and by when. Raises NoHandler, NotScreened, AlreadyAssigned."""

    async def build(db: Db, row: queries.Row) -> HandlingCommand:
        agency = row["agency"]
        caller.require(agency, *OFFICE)
        handler, organ = await _holder(db, caller, agency, form)
        rules = await reference.policy(db, agency, legal_day(caller.now))
        due = answer_by(row["received_on"], rules.data, await rescheduling.calendar(db))
        return AssignHandler(handler, organ, due.due, due.wire(), caller.person)

    await _act(caller, id, form.expected, build)


async def reassign(caller: Asking, id: str, form: Handover) -> None:
    """Hand over to somebody else; the day it is due stays. Raises SameHandler, NotAssigned."""

    async def build(db: Db, row: queries.Row) -> HandlingCommand:
        caller.require(row["agency"], *OFFICE)
        handler, organ = await _holder(db, caller, row["agency"], form)
        reason = await caller.texts.put(db, row["agency"], form.reason)
        return ReassignHandler(handler, organ, reason, caller.person)

    await _act(caller, id, form.expected, build)


async def _holder(db: Db, caller: Asking, agency: str, form: Assignment) -> tuple[str, str]:
    """The person meant and their organ; empty when nobody, or in an organ not exactly one, fits."""
    holders = await directory.holders(db, agency, "FEEDBACK_HANDLER", legal_day(caller.now))
    fitting = {
        grant.person: grant.organ
        for grant in holders
        if form.handler in ("", grant.person) and form.organ_id in ("", grant.organ)
    }
    named = bool(form.handler or form.organ_id)
    return next(iter(fitting.items())) if named and len(fitting) == 1 else ("", "")


async def answer(caller: Asking, id: str, form: Answering) -> None:
    """By the named handler alone. Raises NotTheHandler, NotAssigned."""

    async def build(db: Db, row: queries.Row) -> HandlingCommand:
        caller.require(row["agency"], "FEEDBACK_HANDLER")
        sealed = f"{secrets.token_hex(16)}\n{form.text}"
        return AnswerFeedback(await caller.texts.put(db, row["agency"], sealed), caller.person)

    await _act(caller, id, form.expected, build)


async def return_answer(caller: Asking, id: str, form: Returning) -> None:
    """Back to the handler, with the reason. Raises OwnAnswer, NothingToRelease."""

    async def build(db: Db, row: queries.Row) -> HandlingCommand:
        caller.require(row["agency"], *RELEASERS)
        return ReturnAnswer(await caller.texts.put(db, row["agency"], form.reason), caller.person)

    await _act(caller, id, form.expected, build)


async def release(caller: Asking, id: str, form: Releasing) -> None:
    """By a second person, in the item's own scope (S1-13). Raises OwnAnswer, NothingToRelease."""

    async def build(db: Db, row: queries.Row) -> HandlingCommand:
        grant = caller.require(row["agency"], *RELEASERS)
        address = row["answer_address"]
        sealed = await caller.texts.get(db, address) if address else None
        if sealed is None:
            raise NothingToRelease
        text = sealed.partition("\n")[2]
        return ReleaseResult(
            result_address=address, result_hash=sha256(sealed.encode()).hexdigest(),
            result_length=len(text.encode()), adopted=form.adopted, by=caller.person,
            position=grant.position, today=legal_day(caller.now),
        )  # fmt: skip

    await _act(caller, id, form.expected, build)


async def erase_citizen(caller: Asking, form: Erasing) -> int:
    """Destroy one citizen's words and contact in an agency; return how many opinions (PIPL Art. 47).

    The facts stay valid: they hold keyed commitments only. Raises NoSuchFeedback.
    """
    caller.require(form.agency, *ERASERS)
    async with caller.writing() as db:
        rows = await queries.of_person(db, form.agency, form.person_ref)
        for row in rows:
            id = row["feedback_id"]
            await caller.facts.execute_in(
                db, FEEDBACK, id, About(id, ErasePersonalData(caller.person)),
                caller.context(form.agency),
            )  # fmt: skip
            for address in filter(None, (row["text_address"], row["contact_address"])):
                await caller.texts.erase(db, address)
    if not rows:
        raise NoSuchFeedback
    return len(rows)
