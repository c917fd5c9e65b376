"""What the act of a channel is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any

from services.publisher.contents import Content
from services.publisher.domain.clearance import Clearance
from services.publisher.domain.events import Evidence
from services.publisher.domain.publication import Publication


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come. `ref` is the channel's own id of what it was handed last."""

    key: str
    item_id: str
    agency: str
    round: int
    ring: int
    channel: str
    state: str
    ref: str | None

    @classmethod
    def of(cls, row: Any) -> Due:
        return cls(**{field.name: row[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Job:
    """What an act needs to know: the delivery, what was cleared, and its verified content."""

    due: Due
    cleared: Clearance
    publication: Publication
    content: Content


@dataclass(frozen=True)
class Shown:
    """The act succeeded: this is the proof."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class HandedOver:
    """The channel has it; the outcome comes later under `ref`."""

    ref: str


class DeliveryRefused(Exception):
    """The channel did not take it; tried again later. `code` is shown to the office."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


Act = Callable[[Job], Awaitable[Shown | HandedOver]]
