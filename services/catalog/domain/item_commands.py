"""What people and other services may ask of an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.catalog.domain.item_events import Particulars
from shared.events import Json


@dataclass(frozen=True)
class DraftItem:
    """Begin an item. `particulars` is complete but for its revision, which becomes 1."""

    particulars: Particulars


@dataclass(frozen=True)
class ReviseItem:
    """Replace the draft, or begin the next revision after a return or a publication.

    `drafter_left`: the drafter no longer drafts for the agency, so somebody else goes on.
    """

    particulars: Particulars
    by: str
    drafter_left: bool = False


@dataclass(frozen=True)
class SubmitItem:
    """Send the draft to review. `missing` are the fields found empty; `chain` from the policy."""

    by: str
    chain: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class WithdrawItem:
    by: str


@dataclass(frozen=True)
class NoteProgress:
    """Another service decided; what it said of an older revision is not noted."""

    revision: int
    status: str
    on: date | None = None
    reason_from: str | None = None
    destroyed: bool = False
    ring: int | None = None


@dataclass(frozen=True)
class Reschedule:
    publish_by: Json


@dataclass(frozen=True)
class DeclareMissed:
    """The day passed: recorded unless the item became public meanwhile."""

    due_on: date


ItemCommand = (
    DraftItem | ReviseItem | SubmitItem | WithdrawItem | NoteProgress | Reschedule | DeclareMissed
)
