"""What a feedback remembers of its facts: as much as deciding needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.feedback.domain.events import (
    AnswerReturned,
    Circle,
    FeedbackAnswered,
    FeedbackAssigned,
    FeedbackEvent,
    FeedbackReceived,
    FeedbackRescheduled,
    FeedbackScreened,
    HandlingResultReleased,
    Outcome,
    PersonalDataErased,
)


class Stage(StrEnum):
    ABSENT = "ABSENT"
    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    ASSIGNED = "ASSIGNED"
    ANSWERED = "ANSWERED"
    RELEASED = "RELEASED"


# The clock runs until the citizen has the answer: one that waits for the second person, or is
# sent back, is still owed.
OWED = (Stage.ASSIGNED, Stage.ANSWERED)


@dataclass(frozen=True)
class Feedback:
    """As much as deciding needs."""

    stage: Stage = Stage.ABSENT
    commitment: str = ""
    person_ref: str = ""
    item_id: str = ""
    circle: Circle | None = None
    handler: str = ""
    due_on: date = date.max
    due_rule: tuple[tuple[str, Any], ...] = ()
    answered_by: str = ""
    answer: str = ""
    erased: bool = False


def evolve(state: Feedback, event: FeedbackEvent) -> Feedback:
    match event:
        case FeedbackReceived():
            return Feedback(
                Stage.RECEIVED, event.text_commitment, event.person_ref, event.subject.id,
                event.circle,
            )  # fmt: skip
        case FeedbackScreened(outcome=Outcome.ACCEPTED):
            return replace(state, stage=Stage.ACCEPTED)
        case FeedbackScreened():
            return replace(state, stage=Stage.REJECTED)
        case FeedbackAssigned():
            return replace(
                state, stage=Stage.ASSIGNED, handler=event.handler, due_on=event.due_on,
                due_rule=tuple(event.due_rule.items()),
            )  # fmt: skip
        case FeedbackRescheduled():
            return replace(state, due_on=event.due_on, due_rule=tuple(event.due_rule.items()))
        case FeedbackAnswered():
            return replace(
                state, stage=Stage.ANSWERED, answered_by=event.by, answer=event.answer_hash
            )
        case AnswerReturned():
            return replace(state, stage=Stage.ASSIGNED)
        case HandlingResultReleased():
            return replace(state, stage=Stage.RELEASED)
        case PersonalDataErased():
            return replace(state, erased=True)
