"""What people send: the same fields as JSON (camelCase) and as form posts, with their limits."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.feedback.domain.events import Channel, Kind, Outcome, RejectReason
from shared.events import Wire

LONGEST_OPINION = 2000
LONGEST_ANSWER = 5000

Opinion = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=LONGEST_OPINION)
]
Answer = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=LONGEST_ANSWER)
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class Sent(Wire):
    """Something sent to us: a field nobody knows is a mistake. `expected` is the version of the form."""

    model_config = ConfigDict(extra="forbid")


class NewFeedback(Sent):
    """An opinion; `name` and `contact` are free to stay empty. `website` is the honeypot."""

    item_id: str = Field(max_length=64)
    kind: Kind = Kind.OPINION
    text: Opinion
    name: Short = ""
    contact: Short = ""
    website: str = ""


class PaperFeedback(NewFeedback):
    """Entered by staff; `received_on` is the day it reached the agency (Asia/Shanghai)."""

    channel: Channel
    received_on: date


class Screening(Sent):
    outcome: Outcome
    reason: RejectReason | None = None
    reason_text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    expected: int | None = None


class Assignment(Sent):
    """A person who holds FEEDBACK_HANDLER, or an organ in which exactly one person does."""

    handler: str = Field("", max_length=64)
    organ_id: str = Field("", max_length=64)
    expected: int | None = None


class Handover(Assignment):
    reason: Reason


class Answering(Sent):
    text: Answer
    expected: int | None = None


class Returning(Sent):
    reason: Reason
    expected: int | None = None


class Releasing(Sent):
    adopted: bool
    expected: int | None = None


class Erasing(Sent):
    agency: str = Field(max_length=64)
    person_ref: str = Field(max_length=64)
