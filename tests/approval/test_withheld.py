"""The withheld record: registered once, looked at again in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.approval.domain.commands import RaiseReReview, RegisterWithheld
from services.approval.domain.errors import AlreadyRegistered, NotRegistered
from services.approval.domain.events import WithheldRegistered, WithheldReviewDue
from services.approval.domain.withheld import WITHHELD_DECIDER, months_after
from tests.approval.story import ITEM, MONDAY, REASON, W
from tests.spec import Spec

withheld = Spec(WITHHELD_DECIDER)
TODAY = date(2026, 11, 23)


def register(ground: str = "C4", months: int = 12) -> RegisterWithheld:
    return RegisterWithheld(
        withheld_id=W, item_id=ITEM, revision=1, neutral_title_hash=REASON, ground=ground,
        mode="WITHHELD", reason_hash=REASON, on=TODAY, interval_months=months,
    )  # fmt: skip


def registered(**changes: Any) -> WithheldRegistered:
    fields = {
        "withheld_id": W, "item_id": ITEM, "revision": 1, "neutral_title_hash": REASON,
        "ground": "C4", "mode": "WITHHELD", "reason_hash": REASON, "registered_on": TODAY,
        "review_by": date(2027, 11, 23),
    }  # fmt: skip
    return WithheldRegistered(**fields | changes)


def test_it_is_registered_with_the_day_of_its_next_review():
    withheld.given().when(register()).then(registered())


def test_the_policy_may_ask_for_shorter_or_longer_intervals():
    withheld.given().when(register(months=6)).then(registered(review_by=date(2027, 5, 23)))
    withheld.given().when(register(months=24)).then(registered(review_by=date(2028, 11, 23)))


def test_a_state_secret_is_looked_at_again_within_a_year_whatever_the_policy_says():
    expected = registered(ground="C1", review_by=date(2027, 11, 23))
    withheld.given().when(register("C1", months=60)).then(expected)


def test_it_is_registered_once():
    withheld.given(registered()).when(register()).then_refused(AlreadyRegistered)


def test_the_review_falls_due_once():
    due = WithheldReviewDue(at=MONDAY)
    withheld.given(registered()).when(RaiseReReview(at=MONDAY)).then(due)
    withheld.given(registered(), due).when(RaiseReReview(at=MONDAY)).then()


def test_what_was_never_registered_does_not_fall_due():
    withheld.given().when(RaiseReReview(at=MONDAY)).then_refused(NotRegistered)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 12, date(2027, 11, 30)),
    ],
)
def test_months_end_on_the_last_day_there_is(start: date, months: int, end: date):
    assert months_after(start, months) == end
