"""What catalog hears of its items, and what its timers do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from services.catalog.aggregates import ITEM
from services.catalog.destroying import destroy
from services.catalog.domain.item_commands import DeclareMissed, ItemCommand, NoteProgress
from services.catalog.obligations import reschedule
from services.catalog.projections import PUBLISH_BY
from shared.db import Db
from shared.envelope import Message
from shared.events import Wire
from shared.facts import Context, Facts
from shared.inbox import Handler
from shared.timers import Timer, TimerHandler


class AboutItem(Wire):
    """What catalog reads of approval's and publisher's events."""

    item_id: str
    revision: int
    kind: str = "DISCLOSURE"
    determined_on: date | None = None
    occurred_on: date | None = None
    completed_on: date | None = None
    destroy_text: bool = False
    ring: int | None = None


def handlers(facts: Facts) -> Mapping[str, Handler]:
    async def returned(db: Db, message: Message) -> None:
        about = AboutItem.model_validate(message.data)
        command = NoteProgress(about.revision, "RETURNED", reason_from=message.id)
        await _note(db, facts, message, command, about.item_id)

    async def approved(db: Db, message: Message) -> None:
        about = AboutItem.model_validate(message.data)
        command = NoteProgress(about.revision, "APPROVED", about.determined_on)
        await _note(db, facts, message, command, about.item_id)
        context = _context(facts, message)
        await reschedule(db, facts, about.item_id, context, about.determined_on)

    async def withheld(db: Db, message: Message) -> None:
        about = AboutItem.model_validate(message.data)
        command = NoteProgress(
            about.revision, "WITHHELD", about.determined_on, message.id, about.destroy_text
        )
        await _note(db, facts, message, command, about.item_id)
        if about.destroy_text:
            await destroy(db, about.item_id)

    async def published(db: Db, message: Message) -> None:
        about = AboutItem.model_validate(message.data)
        if about.kind != "HANDLING_RESULT":
            command = NoteProgress(about.revision, "PUBLISHED", about.occurred_on, ring=about.ring)
            await _note(db, facts, message, command, about.item_id)

    async def completed(db: Db, message: Message) -> None:
        about = AboutItem.model_validate(message.data)
        command = NoteProgress(about.revision, "COMPLETED", about.completed_on)
        await _note(db, facts, message, command, about.item_id)

    return {
        "approval.item-returned.v1": returned,
        "approval.item-approved.v1": approved,
        "approval.item-withheld.v1": withheld,
        "publisher.item-published.v1": published,
        "publisher.publication-completed.v1": completed,
    }


async def _note(db: Db, facts: Facts, message: Message, command: ItemCommand, item_id: str) -> None:
    """What is said of items that are not catalog's (handling results) is none of its business."""
    state, _ = await facts.load(db, ITEM, item_id)
    if state.particulars is not None:
        await facts.execute_in(db, ITEM, item_id, command, _context(facts, message))


def timers(facts: Facts) -> Mapping[str, TimerHandler]:
    async def publish_by(db: Db, timer: Timer) -> None:
        due_on = date.fromisoformat(timer.data["dueOn"])
        key = timer.stream.removeprefix("item-")
        context = timer.context(facts.actor, datetime.now(UTC))
        await facts.execute_in(db, ITEM, key, DeclareMissed(due_on), context)

    return {PUBLISH_BY: publish_by}


def _context(facts: Facts, message: Message) -> Context:
    """Catalog acts because of the message, for the message's agency."""
    return Context(message.agency, facts.actor, datetime.now(UTC), message.correlation, message.id)
