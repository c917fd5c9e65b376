"""What may be asked of a feedback. Times, ids, looked-up facts and addresses of texts arrive here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.feedback.domain.events import Channel, Circle, Kind, Outcome, RejectReason


@dataclass(frozen=True)
class ReceiveFeedback:
    """`today` is the legal day of recording; `published_on` and `closed_on` are the item's."""

    feedback_id: str
    kind: Kind
    channel: Channel
    item_id: str
    circle: Circle
    published_on: date
    closed_on: date | None
    received_on: date
    today: date
    recorded_by: str
    person_ref: str
    text_commitment: str
    contact_commitment: str | None
    receipt_no: str


@dataclass(frozen=True)
class ScreenFeedback:
    outcome: Outcome
    by: str
    reason: RejectReason | None = None
    reason_hash: str | None = None


@dataclass(frozen=True)
class AssignHandler:
    """`handler` is someone who holds FEEDBACK_HANDLER ("" when nobody does); due by policy."""

    handler: str
    organ_id: str
    due_on: date
    due_rule: dict[str, Any]
    by: str


@dataclass(frozen=True)
class ReassignHandler:
    handler: str
    organ_id: str
    reason_hash: str
    by: str


@dataclass(frozen=True)
class Reschedule:
    """By when it is to be answered, counted again from the same day with the calendar known now."""

    due_on: date
    due_rule: dict[str, Any]


@dataclass(frozen=True)
class AnswerFeedback:
    answer_hash: str
    by: str


@dataclass(frozen=True)
class ReturnAnswer:
    reason_hash: str
    by: str


@dataclass(frozen=True)
class ReleaseResult:
    """`result_address` is where the text lies; `result_hash` its public SHA-256."""

    result_address: str
    result_hash: str
    result_length: int
    adopted: bool
    by: str
    position: str
    today: date


@dataclass(frozen=True)
class ErasePersonalData:
    by: str


HandlingCommand = (
    ScreenFeedback
    | AssignHandler
    | ReassignHandler
    | AnswerFeedback
    | ReturnAnswer
    | ReleaseResult
    | ErasePersonalData
)


@dataclass(frozen=True)
class About:
    """A command to one known feedback; its id stands in the events."""

    feedback_id: str
    act: ReceiveFeedback | HandlingCommand | Reschedule
