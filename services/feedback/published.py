"""In what words the facts of feedback leave. None: only their type and hash."""

from __future__ import annotations

from services.feedback.domain.events import (
    FeedbackAnswered,
    FeedbackAssigned,
    FeedbackEvent,
    FeedbackReceived,
    FeedbackRescheduled,
    FeedbackScreened,
    HandlingResultReleased,
)
from services.feedback.domain.subject import SubjectEvent
from shared.events import Event, Json


def publish_feedback(event: FeedbackEvent) -> Json | None:
    """The agreed shapes of shared/contracts/feedback.*.json."""
    match event:
        case FeedbackReceived():
            words = _words(event, "contactCommitment", "circle")
            return {**words, "scope": event.circle.scope}
        case FeedbackScreened():
            return _words(event, "reason", "reasonHash")
        case FeedbackAssigned():
            return _words(event, "reasonHash")
        case FeedbackRescheduled() | FeedbackAnswered():
            return _words(event)
        case HandlingResultReleased():
            return _words(event, "resultAddress")
        case _:
            return None


def publish_subject(_: SubjectEvent) -> Json | None:
    """Publisher has said it already."""
    return None


def _words(event: Event, *kept_back: str) -> Json:
    return {k: v for k, v in event.wire().items() if k not in ("type", *kept_back)}
