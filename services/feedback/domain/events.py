"""What happens to an opinion (意见反馈), as facts. No free text: only keyed addresses of texts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.events import Codec, Event, Wire


class Kind(StrEnum):
    OPINION = "OPINION"  # 意见
    QUESTION = "QUESTION"  # 咨询
    PROPOSAL = "PROPOSAL"  # 建议
    COMPLAINT = "COMPLAINT"  # 投诉


class Channel(StrEnum):
    """How it reached the agency (S1-12: collected from all channels)."""

    WEB = "WEB"
    PAPER_BOX = "PAPER_BOX"
    PHONE = "PHONE"
    VISIT = "VISIT"
    MAIL = "MAIL"


class Outcome(StrEnum):
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class RejectReason(StrEnum):
    ABUSIVE = "ABUSIVE"
    IRRELEVANT = "IRRELEVANT"
    DUPLICATE = "DUPLICATE"
    EMPTY = "EMPTY"


class SubjectRef(Wire):
    """What the opinion is about."""

    type: Literal["ITEM"] = "ITEM"
    id: str


class Circle(Wire):
    """Where the item was published when the opinion came: its result goes there and nowhere else."""

    scope: str
    audience: tuple[str, ...] = ()
    disclosing_body: str


class FeedbackReceived(Event):
    """收到意见. `received_on` is the legal day it reached the agency; recording may be later."""

    type: Literal["feedback.feedback-received.v1"] = "feedback.feedback-received.v1"
    feedback_id: str
    kind: Kind
    channel: Channel
    subject: SubjectRef
    circle: Circle
    received_on: date
    recorded_by: str
    person_ref: str
    text_commitment: str
    contact_commitment: str | None = None
    receipt_no: str


class FeedbackScreened(Event):
    """筛选: taken up, or refused with a reason."""

    type: Literal["feedback.feedback-screened.v1"] = "feedback.feedback-screened.v1"
    feedback_id: str
    outcome: Outcome
    by: str
    reason: RejectReason | None = None
    reason_hash: str | None = None


class FeedbackAssigned(Event):
    """交办 to a named handler; a second one is a hand-over and keeps the day it is due."""

    type: Literal["feedback.feedback-assigned.v1"] = "feedback.feedback-assigned.v1"
    feedback_id: str
    handler: str
    organ_id: str
    due_on: date
    due_rule: dict[str, Any]  # shared.workdays.Explained as JSON
    by: str
    reason_hash: str | None = None


class FeedbackRescheduled(Event):
    """答复期限重算: a calendar year was published or corrected while the answer was still due."""

    type: Literal["feedback.feedback-rescheduled.v1"] = "feedback.feedback-rescheduled.v1"
    feedback_id: str
    due_on: date
    due_rule: dict[str, Any]  # shared.workdays.Explained as JSON


class FeedbackAnswered(Event):
    """答复 by the named handler; not yet public."""

    type: Literal["feedback.feedback-answered.v1"] = "feedback.feedback-answered.v1"
    feedback_id: str
    answer_hash: str
    by: str


class AnswerReturned(Event):
    """退回重拟: the second person sends the answer back."""

    type: Literal["feedback.answer-returned.v1"] = "feedback.answer-returned.v1"
    feedback_id: str
    reason_hash: str
    by: str


class HandlingResultReleased(Event):
    """办理结果公开. `result_hash` is SHA-256 of nonce, newline, text; `result_length` is the
    text's UTF-8 bytes. The text itself lies at `result_address`, which does not leave."""

    type: Literal["feedback.handling-result-released.v1"] = "feedback.handling-result-released.v1"
    feedback_id: str
    item_id: str
    scope: str
    audience: tuple[str, ...]
    disclosing_body: str
    result_hash: str
    result_length: int
    result_address: str
    adopted: bool
    released_by: str
    position: str
    released_on: date


class PersonalDataErased(Event):
    """个人信息删除: the citizen's words and contact are destroyed, the facts remain."""

    type: Literal["feedback.personal-data-erased.v1"] = "feedback.personal-data-erased.v1"
    feedback_id: str
    person_ref: str
    by: str


FeedbackEvent = (
    FeedbackReceived
    | FeedbackScreened
    | FeedbackAssigned
    | FeedbackRescheduled
    | FeedbackAnswered
    | AnswerReturned
    | HandlingResultReleased
    | PersonalDataErased
)
CODEC: Codec[FeedbackEvent] = Codec(Annotated[FeedbackEvent, Field(discriminator="type")])
