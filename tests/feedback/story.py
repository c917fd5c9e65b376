"""The facts of one opinion, named once in the words of the story."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.feedback.domain.commands import About, HandlingCommand, ReceiveFeedback, Reschedule
from services.feedback.domain.events import (
    AnswerReturned,
    Channel,
    Circle,
    FeedbackAnswered,
    FeedbackAssigned,
    FeedbackReceived,
    FeedbackRescheduled,
    FeedbackScreened,
    HandlingResultReleased,
    Kind,
    Outcome,
    SubjectRef,
)

ID = "0199a3c0-0000-7000-8000-0000000000f1"
ITEM = "0199a3c0-0000-7000-8000-000000000001"
T1 = "t1:" + "ab" * 32
SHA = "9f2c" + "0" * 56 + "beef"
PUBLIC = Circle(scope="PUBLIC", audience=(), disclosing_body="o-sfj-office")
BRANCH = Circle(scope="WITHIN_ORG", audience=("o-branch-1",), disclosing_body="o-sfj-office")
DUE = {"due": "2026-11-30", "provisional": False, "_": "shared.workdays.Explained as JSON"}
LATER = DUE | {"due": "2026-12-01"}


def about(act: HandlingCommand | ReceiveFeedback | Reschedule) -> About:
    return About(ID, act)


WRITE = ReceiveFeedback(
    feedback_id=ID, kind=Kind.OPINION, channel=Channel.WEB, item_id=ITEM, circle=PUBLIC,
    published_on=date(2026, 11, 20), closed_on=None, received_on=date(2026, 11, 23),
    today=date(2026, 11, 23), recorded_by="citizen", person_ref="pr-1", text_commitment=T1,
    contact_commitment=None, receipt_no="LJ20261123-0001",
)  # fmt: skip


def received(circle: Circle = PUBLIC) -> FeedbackReceived:
    return FeedbackReceived(
        feedback_id=ID, kind=Kind.OPINION, channel=Channel.WEB, subject=SubjectRef(id=ITEM),
        circle=circle, received_on=date(2026, 11, 23), recorded_by="citizen", person_ref="pr-1",
        text_commitment=T1, receipt_no="LJ20261123-0001",
    )  # fmt: skip


accepted = FeedbackScreened(feedback_id=ID, outcome=Outcome.ACCEPTED, by="p-wang")
assigned = FeedbackAssigned(
    feedback_id=ID, handler="p-chen", organ_id="o-sfj-office", due_on=date(2026, 11, 30),
    due_rule=DUE, by="p-wang",
)  # fmt: skip
rescheduled = FeedbackRescheduled(feedback_id=ID, due_on=date(2026, 12, 1), due_rule=LATER)
answered = FeedbackAnswered(feedback_id=ID, answer_hash=T1, by="p-chen")
returned = AnswerReturned(feedback_id=ID, reason_hash=T1, by="p-wang")


def released(circle: Circle = PUBLIC) -> HandlingResultReleased:
    return HandlingResultReleased(
        feedback_id=ID, item_id=ITEM, scope=circle.scope, audience=circle.audience,
        disclosing_body=circle.disclosing_body, result_hash=SHA, result_length=120,
        result_address=T1, adopted=True, released_by="p-zhou", position="局长",
        released_on=date(2026, 11, 24),
    )  # fmt: skip


def on(command: ReceiveFeedback, **changes: object) -> About:
    return About(ID, replace(command, **changes))  # type: ignore[arg-type]
