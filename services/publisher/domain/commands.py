"""What may be asked of a publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.publisher.domain.clearance import Clearance
from services.publisher.domain.events import Evidence, PostUntil


@dataclass(frozen=True)
class OpenPublication:
    clearance: Clearance


@dataclass(frozen=True)
class ReleaseItem:
    """`index_no` is the number already given, or the next of the agency and year."""

    by: str
    on: date
    index_no: str
    post_until: PostUntil


@dataclass(frozen=True)
class NoteConfirmed:
    """A channel was confirmed; `post_until` counts from `occurred_on`."""

    round: int
    ring: int
    channel: str
    occurred_on: date
    evidence: tuple[Evidence, ...]
    post_until: PostUntil


@dataclass(frozen=True)
class EndPosting:
    round: int
    on: date


PublicationCommand = OpenPublication | ReleaseItem | NoteConfirmed | EndPosting
