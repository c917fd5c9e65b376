"""What may be asked of a publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.publisher.domain.clearance import Clearance
from services.publisher.domain.events import Evidence, PostUntil
from services.publisher.domain.scopes import Matrix


@dataclass(frozen=True)
class OpenPublication:
    clearance: Clearance


@dataclass(frozen=True)
class ReleaseItem:
    """`index_no` is the number already given, or the next one, the `serial`-th of agency and year."""

    by: str
    on: date
    index_no: str
    serial: int | None
    post_until: PostUntil
    matrix: Matrix


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


@dataclass(frozen=True)
class RecountPosting:
    """A calendar year was published: `post_until` counted again from the same day as before."""

    round: int
    post_until: PostUntil


PublicationCommand = OpenPublication | ReleaseItem | NoteConfirmed | RecountPosting | EndPosting
