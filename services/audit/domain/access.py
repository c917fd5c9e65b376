"""Reading is recorded too (阅看留痕): who opened sealed records, of what, and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from services.audit.domain.refusals import NothingRead
from shared.decider import Decider
from shared.events import Codec, Event, Wire

Way = Literal["TIMELINE", "EVENT", "EVIDENCE"]


class ContentRead(Event):
    """`entries` sealed records were opened for one person; `about` is the item, event or range."""

    type: Literal["audit.access.v1"] = "audit.access.v1"
    by: str
    way: Way
    about: str
    entries: int


class ReadContent(Wire):
    """Asked for before anything is opened."""

    by: str
    way: Way
    about: str
    entries: int


def decide(command: ReadContent, read: bool) -> Sequence[ContentRead]:
    if command.entries < 1:
        raise NothingRead
    asked = command.model_dump()
    return [] if read else [ContentRead(**asked)]


ACCESS: Decider[ReadContent, bool, ContentRead] = Decider(False, decide, lambda _read, _event: True)
CODEC: Codec[ContentRead] = Codec(ContentRead)
