"""Receipts of reading: who has seen an internal disclosure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.publisher.domain.events import Read
from shared.decider import Decider


@dataclass(frozen=True)
class NoteRead:
    item_id: str
    person: str


def decide(command: NoteRead, seen: bool) -> Sequence[Read]:
    return [] if seen else [Read(item_id=command.item_id, person=command.person)]


def _seen(_: bool, __: Read) -> bool:
    return True


READING = Decider(initial=False, decide=decide, evolve=_seen)
