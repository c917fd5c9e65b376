"""The item: what is allowed. Draft → submit (locks) → withdraw or be decided on."""

from __future__ import annotations

from collections.abc import Sequence

from services.catalog.domain.disclosure import FIELD_TEXT
from services.catalog.domain.errors import (
    AlreadyDrafted,
    AlreadySubmitted,
    Closed,
    Incomplete,
    Locked,
    NoSuchItem,
    NotSubmitted,
    NotTheDrafter,
    OtherAgency,
)
from services.catalog.domain.item_commands import (
    DeclareMissed,
    DraftItem,
    ItemCommand,
    NoteProgress,
    Reschedule,
    ReviseItem,
    SubmitItem,
    WithdrawItem,
)
from services.catalog.domain.item_events import (
    ItemDrafted,
    ItemEvent,
    ItemProgressed,
    ItemRevised,
    ItemSubmitted,
    ItemWithdrawnByDrafter,
    ObligationMissed,
    ObligationRescheduled,
    Particulars,
)
from services.catalog.domain.item_state import PUBLIC, Item, evolve, ring_of
from shared.decider import Decider


def decide(command: ItemCommand, item: Item) -> Sequence[ItemEvent]:
    if isinstance(command, DraftItem):
        if item.particulars is not None:
            raise AlreadyDrafted
        return [_as(ItemDrafted, command.particulars, revision=1)]
    if item.particulars is None:
        raise NoSuchItem
    return _decide_on(command, item, item.particulars)


def _decide_on(command: ItemCommand, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    match command:
        case ReviseItem():
            return _revise(command, item, now)
        case SubmitItem():
            return _submit(command, item, now)
        case WithdrawItem():
            return _withdraw(command, item, now)
        case NoteProgress():
            return _progress(command, item, now)
        case Reschedule():
            return _reschedule(command, item, now)
        case DeclareMissed():
            return _miss(command, item, now)
        case DraftItem():
            raise AlreadyDrafted


def _revise(command: ReviseItem, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    if item.locked:
        raise Locked
    if item.status == "WITHHELD":
        raise Closed
    if command.by != now.drafter and not command.drafter_left:
        raise NotTheDrafter
    if command.particulars.agency != now.agency:
        raise OtherAgency(field="agency")
    # A revision that others have seen keeps its number for ever; a draft nobody saw is replaced.
    revision = now.revision + (item.status in ("RETURNED", *PUBLIC))
    return [_as(ItemRevised, command.particulars, revision=revision)]


def _submit(command: SubmitItem, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    if item.locked:
        raise AlreadySubmitted
    if item.status != "DRAFT":
        raise Incomplete("请先修改形成新的一稿，再送审", field="body")
    if command.by != now.drafter:
        raise NotTheDrafter
    if command.missing:
        names = "、".join(FIELD_TEXT.get(name, name) for name in command.missing)
        raise Incomplete(f"请补全：{names}", field=command.missing[0], missing=command.missing)
    values = now.model_dump(include=set(Particulars.model_fields)) | {"publish_by": item.publish_by}
    return [ItemSubmitted(**values, submitted_by=command.by, chain=command.chain)]


def _withdraw(command: WithdrawItem, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    if item.status != "SUBMITTED":
        raise NotSubmitted
    if command.by != now.drafter:
        raise NotTheDrafter
    return [ItemWithdrawnByDrafter(item_id=now.item_id, revision=now.revision, by=command.by)]


def _progress(command: NoteProgress, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    """What is said again, or of a revision that was replaced, is no new fact."""
    rings = item.rings_done | ring_of(command.ring)
    if command.revision != now.revision:
        return []
    if command.status == item.status and rings == item.rings_done:
        return []
    public = command.status == "PUBLISHED" and len(rings) >= len(now.rings)
    return [
        ItemProgressed(
            item_id=now.item_id,
            revision=command.revision,
            status=command.status,
            on=command.on,
            reason_from=command.reason_from,
            ring=command.ring,
            destroyed=command.destroyed,
            fulfilled=item.fulfilled or public or command.status in ("COMPLETED", "WITHHELD"),
        )
    ]


def _reschedule(command: Reschedule, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    if command.publish_by == item.publish_by or item.fulfilled:
        return []
    return [
        ObligationRescheduled(
            item_id=now.item_id, obligation_id=now.obligation_id, publish_by=command.publish_by
        )
    ]


def _miss(command: DeclareMissed, item: Item, now: Particulars) -> Sequence[ItemEvent]:
    """Nothing when the day is no longer the day: met, moved, or recorded before."""
    due = item.publish_by and item.publish_by["due"]
    if item.fulfilled or item.missed == command.due_on or due != command.due_on.isoformat():
        return []
    return [
        ObligationMissed(
            item_id=now.item_id, obligation_id=now.obligation_id, due_on=command.due_on
        )
    ]


def _as(
    kind: type[ItemDrafted] | type[ItemRevised], values: Particulars, revision: int
) -> ItemEvent:
    return kind(**(values.model_dump(exclude={"type"}) | {"revision": revision}))


ITEM = Decider(initial=Item(), decide=decide, evolve=evolve)
