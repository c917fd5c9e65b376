"""The item: what is remembered of its facts, and no more than deciding needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast

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
from shared.events import Json

Status = Literal["DRAFT", "SUBMITTED", "RETURNED", "APPROVED", "WITHHELD", "PUBLISHED", "COMPLETED"]
PUBLIC = ("PUBLISHED", "COMPLETED")


@dataclass(frozen=True)
class Item:
    """Item 公开信息: one thing to be made public, in revisions."""

    particulars: Particulars | None = None
    status: Status = "DRAFT"
    publish_by: Json | None = None
    missed: date | None = None
    determined_on: date | None = None
    rings_done: frozenset[int] = frozenset()
    fulfilled: bool = False

    @property
    def locked(self) -> bool:
        return self.status in ("SUBMITTED", "APPROVED")


def evolve(item: Item, event: ItemEvent) -> Item:
    match event:
        case ItemDrafted() | ItemRevised():
            same = item.particulars and item.particulars.revision == event.revision
            kept = item if same else Item(missed=item.missed)
            return replace(kept, particulars=event, status="DRAFT", publish_by=event.publish_by)
        case ItemSubmitted():
            return replace(item, particulars=event, status="SUBMITTED")
        case ItemWithdrawnByDrafter():
            return replace(item, status="DRAFT")
        case ItemProgressed():
            return replace(
                item,
                status=cast(Status, event.status),
                determined_on=event.on if event.status == "APPROVED" else item.determined_on,
                rings_done=item.rings_done | ring_of(event.ring),
                fulfilled=event.fulfilled,
            )
        case ObligationRescheduled():
            return replace(item, publish_by=event.publish_by)
        case ObligationMissed():
            return replace(item, missed=event.due_on)


def ring_of(number: int | None) -> frozenset[int]:
    return frozenset() if number is None else frozenset((number,))
