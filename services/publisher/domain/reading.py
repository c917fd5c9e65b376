"""Receipts of reading: who has seen an internal disclosure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.decider import Decider
from shared.events import Codec, Event


class Read(Event):
    """A receipt of reading (阅知回执) of an internal disclosure: a working fact."""

    type: Literal["publisher.read.v1"] = "publisher.read.v1"
    item_id: str
    person: str


READING_CODEC: Codec[Read] = Codec(Read)


@dataclass(frozen=True)
class NoteRead:
    item_id: str
    person: str


def decide(command: NoteRead, seen: bool) -> Sequence[Read]:
    return [] if seen else [Read(item_id=command.item_id, person=command.person)]


def _seen(_: bool, __: Read) -> bool:
    return True


READING = Decider(initial=False, decide=decide, evolve=_seen)
