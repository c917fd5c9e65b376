"""In what words approval's facts leave."""

from __future__ import annotations

from services.approval.domain.events import (
    ItemApproved,
    ItemReturned,
    ItemWithheld,
    ReviewCancelled,
    ReviewEvent,
    ReviewOpened,
    ReviewStepPassed,
    WithheldEvent,
    WithheldRegistered,
    WithheldReviewDue,
)
from shared.events import Json


def publish_review(event: ReviewEvent) -> Json | None:
    """None: a working fact, of which only type and hash leave."""
    match event:
        case ReviewStepPassed() | ItemReturned() | ItemWithheld():
            return _without(event.wire(), "type", "at")
        case ItemApproved():
            return _without(event.wire(), "type")
        case ReviewOpened() | ReviewCancelled():
            return None


def publish_withheld(event: WithheldEvent) -> Json | None:
    """The reason stays in the review's own fact."""
    match event:
        case WithheldRegistered():
            return _without(event.wire(), "type", "reasonHash")
        case WithheldReviewDue():
            return None


def _without(words: Json, *names: str) -> Json:
    return {name: value for name, value in words.items() if name not in names}
