"""Review 审查: of one submitted revision, step by step, by different people. What is remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from services.approval.domain.chain import Release, Step
from services.approval.domain.events import (
    Decided,
    ItemApproved,
    ItemReturned,
    ItemWithheld,
    ReviewCancelled,
    ReviewEvent,
    ReviewOpened,
    ReviewStepPassed,
)
from services.approval.domain.submission import Decision, Submission


class Status(Enum):
    """Where a review stands."""

    NEW = "NEW"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    RETURNED = "RETURNED"
    WITHHELD = "WITHHELD"
    CANCELLED = "CANCELLED"


OPENABLE = (Status.NEW, Status.RETURNED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Review:
    """State. `decisions` are those of the current round: a review opened again starts from nothing."""

    status: Status = Status.NEW
    submission: Submission | None = None
    steps: tuple[Step, ...] = ()
    release: Release = "OFFICE"
    decisions: tuple[Decision, ...] = ()

    @property
    def step(self) -> Step | None:
        """The waiting step."""
        if self.status is not Status.PENDING:
            return None
        return self.steps[len(self.decisions)]

    @property
    def last(self) -> bool:
        """The waiting step is the last one."""
        return len(self.decisions) == len(self.steps) - 1


def review_key(item_id: str, revision: int) -> str:
    """Key of the stream `review-ITEM-<itemId>-<revision>`."""
    return f"ITEM-{item_id}-{revision}"


def decision_of(event: Decided) -> Decision:
    return Decision(
        step=event.step,
        person=event.person,
        role=event.role,
        position=event.position,
        manifest_hash=event.manifest_hash,
        decided_at=event.at,
    )


def evolve(review: Review, event: ReviewEvent) -> Review:
    match event:
        case ReviewOpened():
            return Review(Status.PENDING, event.submission, event.steps, event.release)
        case ReviewStepPassed():
            return replace(review, decisions=(*review.decisions, decision_of(event)))
        case ItemReturned():
            return replace(review, status=Status.RETURNED)
        case ItemWithheld():
            return replace(review, status=Status.WITHHELD)
        case ItemApproved():
            return replace(review, status=Status.APPROVED)
        case ReviewCancelled():
            return replace(review, status=Status.CANCELLED)
