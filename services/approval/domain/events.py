"""What can have happened in approval."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.approval.domain.chain import Release, Step
from services.approval.domain.submission import Carried, Decision, Mode, Submission
from shared.events import Codec, Event


class ReviewOpened(Event):
    """The revision waits for its first step. Internal: catalog's ItemSubmitted says it to others."""

    type: Literal["approval.review-opened.v1"] = "approval.review-opened.v1"
    submission: Submission
    steps: tuple[Step, ...]
    release: Release


class Decided(Event):
    """The fields of every decision on a revision; `at` is UTC and stays inside (the header has it)."""

    item_id: str
    revision: int
    manifest_hash: str
    step: str
    person: str
    role: str
    position: str
    at: datetime


class ReviewStepPassed(Decided):
    """审查通过: one step is passed; `next_step` is None after the last."""

    type: Literal["approval.review-step-passed.v1"] = "approval.review-step-passed.v1"
    note_hash: str | None = None
    next_step: str | None


class ItemReturned(Decided):
    """退回: the drafter must change it; a new revision starts every review again."""

    type: Literal["approval.item-returned.v1"] = "approval.item-returned.v1"
    reason_hash: str


class ItemWithheld(Decided):
    """不予公开 / 暂缓公开. `destroy_text`: a state secret's text must not stay anywhere."""

    type: Literal["approval.item-withheld.v1"] = "approval.item-withheld.v1"
    mode: Mode
    ground: str
    reason_hash: str | None
    withheld_id: str
    determined_on: date
    destroy_text: bool


class ItemApproved(Carried, Event):
    """批准: the first fact with the title and the document number, both cleared (architecture 3)."""

    type: Literal["approval.item-approved.v1"] = "approval.item-approved.v1"
    title: str
    doc_no: str | None
    determined_on: date
    release: Release
    decisions: tuple[Decision, ...]


class ReviewCancelled(Event):
    """The drafter withdrew the revision. Internal: catalog's own fact says it to others."""

    type: Literal["approval.review-cancelled.v1"] = "approval.review-cancelled.v1"
    item_id: str
    revision: int
    by: str
    at: datetime


ReviewEvent = Annotated[
    ReviewOpened | ReviewStepPassed | ItemReturned | ItemWithheld | ItemApproved | ReviewCancelled,
    Field(discriminator="type"),
]
REVIEW_CODEC: Codec[ReviewEvent] = Codec(ReviewEvent)


class WithheldRegistered(Event):
    """登记: a withheld item with a neutral title, ground, reason and the day it must be looked at again."""

    type: Literal["approval.withheld-registered.v1"] = "approval.withheld-registered.v1"
    withheld_id: str
    item_id: str
    revision: int
    neutral_title_hash: str
    ground: str
    mode: Mode
    reason_hash: str | None
    registered_on: date
    review_by: date


class WithheldReviewDue(Event):
    """The periodic review is due: a task for the disclosure office. Internal."""

    type: Literal["approval.withheld-review-due.v1"] = "approval.withheld-review-due.v1"
    at: datetime


WithheldEvent = Annotated[WithheldRegistered | WithheldReviewDue, Field(discriminator="type")]
WITHHELD_CODEC: Codec[WithheldEvent] = Codec(WithheldEvent)
