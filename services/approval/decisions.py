"""Passing, returning, withholding: one transaction each, the withheld record included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from services.approval import queries
from services.approval.aggregates import REVIEW, WITHHELD
from services.approval.clearing import content_of
from services.approval.domain.commands import (
    PassStep,
    RegisterWithheld,
    ReturnItem,
    ReviewCommand,
    WithholdItem,
)
from services.approval.domain.errors import DecidedMeanwhile, TextTooLong
from services.approval.domain.events import ItemWithheld, ReviewEvent
from services.approval.queries import ReviewRow
from services.approval.rights import acting_as, require_reader
from services.approval.withholding import neutral_title, review_interval
from shared.caller import Asking
from shared.db import Db
from shared.errors import NotFound, Stale
from shared.events import Wire
from shared.facts import Recorded
from shared.ids import derived_id
from shared.store import StaleVersion

LONGEST = 2_000  # characters of a note or a reason


class PassForm(Wire):
    """`version` and `manifestHash` are those of the page the person decided from."""

    version: int
    manifest_hash: str
    note: str = ""


class ReturnForm(Wire):
    """`reason`: for the drafter, required."""

    version: int
    manifest_hash: str
    reason: str = ""


class WithholdForm(Wire):
    """`neutralTitle` must not betray the content; a general one is used when it is empty."""

    version: int
    manifest_hash: str
    mode: Literal["WITHHELD", "DEFERRED"] = "WITHHELD"
    ground: str = ""
    reason: str = ""
    neutral_title: str = ""


async def look(caller: Asking, item_id: str, revision: int) -> ReviewRow:
    """The review, for somebody who may read it. Raises NotFound, NotYours."""
    async with caller.reading() as db:
        review = await queries.review(db, item_id, revision)
        if review is None:
            raise NotFound("没有这件审查事项，或您无权查看")
        await require_reader(caller, db, review)
    return review


async def pass_step(caller: Asking, review: ReviewRow, form: PassForm) -> None:
    """Raises PeerDown when the text cannot be had: nobody passes what cannot be shown."""
    content = await content_of(caller, review.manifest_hash)
    async with _deciding(caller, review, form.note) as db:
        command = PassStep(
            by=acting_as(caller, review),
            at=caller.now,
            manifest_hash=form.manifest_hash,
            cleared=content.cleared,
            note_hash=await _kept(caller, db, review, form.note, "note"),
            withheld_id=_withheld_id(review),
        )
        await _record(caller, db, review, command, form.version)


async def return_item(caller: Asking, review: ReviewRow, form: ReturnForm) -> None:
    async with _deciding(caller, review, form.reason) as db:
        command = ReturnItem(
            by=acting_as(caller, review),
            at=caller.now,
            manifest_hash=form.manifest_hash,
            reason_hash=await _kept(caller, db, review, form.reason),
        )
        await _record(caller, db, review, command, form.version)


async def withhold_item(caller: Asking, review: ReviewRow, form: WithholdForm) -> None:
    async with _deciding(caller, review, form.reason) as db:
        command = WithholdItem(
            by=acting_as(caller, review),
            at=caller.now,
            manifest_hash=form.manifest_hash,
            mode=form.mode,
            ground=form.ground,
            reason_hash=await _kept(caller, db, review, form.reason),
            withheld_id=_withheld_id(review),
        )
        await _record(caller, db, review, command, form.version, form.neutral_title)


async def _record(
    caller: Asking,
    db: Db,
    review: ReviewRow,
    command: ReviewCommand,
    version: int,
    neutral: str = "",
) -> None:
    context = caller.context(review.agency)
    facts = await caller.facts.execute_in(db, REVIEW, review.key, command, context, version)
    await _register(caller, db, review, facts, neutral)


async def _register(
    caller: Asking,
    db: Db,
    review: ReviewRow,
    facts: Sequence[Recorded[ReviewEvent]],
    neutral: str,
) -> None:
    """The withheld record commits together with the decision, or neither does."""
    for event in (fact.event for fact in facts):
        if not isinstance(event, ItemWithheld):
            continue
        general = neutral_title(event.mode, event.determined_on)
        typed = await _kept(caller, db, review, neutral, "neutralTitle")
        register = RegisterWithheld(
            **event.model_dump(include={"withheld_id", "item_id", "revision", "ground", "mode"}),
            neutral_title_hash=typed or await caller.texts.put(db, review.agency, general),
            reason_hash=event.reason_hash,
            on=event.determined_on,
            interval_months=await review_interval(db, review),
        )
        await caller.facts.execute_in(
            db, WITHHELD, event.withheld_id, register, caller.context(review.agency)
        )


@asynccontextmanager
async def _deciding(caller: Asking, review: ReviewRow, typed: str) -> AsyncIterator[Db]:
    """Of two people deciding at once one wins; the other learns what happened, with their own words."""
    try:
        async with caller.writing() as db:
            yield db
    except (Stale, StaleVersion):
        async with caller.reading() as db:
            now = await queries.review(db, review.item_id, review.revision) or review
            decided = await queries.decisions(db, review.key)
        mine = caller.person in {d.person for d in decided if d.version > now.opened_version}
        text = "您已经办理过这一环节，意见已经记录，无需重复提交" if mine else None
        current = {"status": now.status, "step": now.step, "version": now.version}
        raise DecidedMeanwhile(text, yours=typed, current=current) from None


async def _kept(
    caller: Asking, db: Db, review: ReviewRow, text: str, field: str = "reason"
) -> str | None:
    """The address of a typed text, None for an empty one. Raises TextTooLong."""
    typed = text.replace("\x00", "").strip()
    if len(typed) > LONGEST:
        raise TextTooLong(f"最多 {LONGEST} 字，现有 {len(typed)} 字，请精简", field=field)
    return await caller.texts.put(db, review.agency, typed) if typed else None


def _withheld_id(review: ReviewRow) -> str:
    return derived_id("withheld", review.key)
