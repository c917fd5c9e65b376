"""Approval writes exactly the agreed examples and reads catalog's, with fields added later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.approval.aggregates import REVIEW, WITHHELD
from services.approval.consumers import Withdrawn
from services.approval.domain.deciding import REVIEW_DECIDER
from services.approval.domain.events import (
    ItemReturned,
    ItemWithheld,
    ReviewCancelled,
    ReviewOpened,
    ReviewStepPassed,
    WithheldRegistered,
    WithheldReviewDue,
)
from services.approval.domain.submission import Submission
from services.approval.published import publish_review, publish_withheld
from tests.approval.story import (
    ITEM,
    LI,
    MONDAY,
    OFFICE_CHAIN,
    WANG,
    ZHOU,
    contract,
    opening,
    passing,
    submission,
)


def after(hours: int) -> datetime:
    return MONDAY + timedelta(hours=hours)


def story() -> list[Any]:
    """A clean passage through all steps, at the hours of the agreed example."""
    facts: list[Any] = []
    for command in (
        opening(OFFICE_CHAIN),
        passing(LI),
        passing(WANG, at=after(1)),
        passing(ZHOU, at=after(2)),
    ):
        facts += REVIEW_DECIDER.decide(command, REVIEW_DECIDER.fold(facts))
    return facts


def read(event: type[Any], type: str, **more: Any) -> Any:
    """The agreed example as our event, with what stays inside."""
    return event.model_validate(contract(type) | more)


def test_approval_writes_exactly_the_agreed_approved_item():
    assert publish_review(story()[-1]) == contract("approval.item-approved.v1")


def test_approval_writes_exactly_the_agreed_passed_step():
    assert publish_review(story()[1]) == contract("approval.review-step-passed.v1")


@pytest.mark.parametrize(
    ("event", "type"),
    [
        (ReviewStepPassed, "approval.review-step-passed.v1"),
        (ItemReturned, "approval.item-returned.v1"),
        (ItemWithheld, "approval.item-withheld.v1"),
    ],
)
def test_a_decision_leaves_in_the_agreed_words(event: type[Any], type: str):
    assert publish_review(read(event, type, at=MONDAY)) == contract(type)


def test_a_registration_leaves_in_the_agreed_words_without_the_reason():
    type = "approval.withheld-registered.v1"
    event = read(WithheldRegistered, type, reasonHash="t1:" + "cd" * 32)
    assert publish_withheld(event) == contract(type)


def test_working_facts_leave_as_hash_only():
    opened = ReviewOpened(submission=submission(), steps=OFFICE_CHAIN.steps, release="OFFICE")
    cancelled = ReviewCancelled(item_id=ITEM, revision=1, by="p-chen", at=MONDAY)
    assert publish_review(opened) is None
    assert publish_review(cancelled) is None
    assert publish_withheld(WithheldReviewDue(at=MONDAY)) is None


def test_approval_understands_a_submission_with_fields_added_later():
    data = contract("catalog.item-submitted.v1") | {"aFieldAddedLater": {"x": 1}}
    read = Submission.model_validate(data)
    assert (read.item_id, read.revision, read.chain) == (ITEM, 1, "default")
    assert read.rings[1].required_channels == ("WEBSITE",)
    assert read.formed_on == date(2026, 11, 20)


def test_approval_understands_a_withdrawal_with_fields_added_later():
    data = contract("catalog.item-withdrawn-by-drafter.v1") | {"aFieldAddedLater": 1}
    assert Withdrawn.model_validate(data) == Withdrawn(item_id=ITEM, revision=1, by="p-chen")


def test_facts_are_read_again_as_they_were_written():
    for event in story():
        stored = REVIEW.codec.encode(event)
        assert REVIEW.codec.decode(stored) == event
        assert REVIEW.codec.encode(REVIEW.codec.decode(stored)) == stored
    due = WithheldReviewDue(at=datetime(2027, 11, 23, tzinfo=UTC))
    assert WITHHELD.codec.decode(WITHHELD.codec.encode(due)) == due
