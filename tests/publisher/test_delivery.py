"""The delivery, given / when / then: handed over, confirmed, failed, tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.publisher.domain.delivery import (
    DELIVERY,
    FIRST_WAIT,
    LONGEST_WAIT,
    ConfirmDelivery,
    FailDelivery,
    PlanDelivery,
    RetryDelivery,
    StartDelivery,
    SubmitDelivery,
    back_off,
    delivery_key,
)
from services.publisher.domain.delivery_events import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliveryPlanned,
    DeliveryRetried,
    DeliveryStarted,
    DeliverySubmitted,
)
from services.publisher.domain.errors import NoSuchDelivery, NotFailed, NotWaiting
from tests.publisher.story import DAY, ITEM, MONDAY, URL
from tests.spec import Spec

PLAN = PlanDelivery(ITEM, 1, 1, 0, "PUBLIC", "WECHAT", "ab" * 32)
PLANNED = DeliveryPlanned(
    item_id=ITEM, revision=1, round=1, ring=0, scope="PUBLIC", channel="WECHAT",
    manifest_hash="ab" * 32,
)  # fmt: skip
STARTED = DeliveryStarted(item_id=ITEM)
SUBMITTED = DeliverySubmitted(item_id=ITEM, ref="publish-1")
CONFIRM = ConfirmDelivery(DAY, "service:publisher", (URL,))
CONFIRMED = DeliveryConfirmed(
    item_id=ITEM, revision=1, round=1, ring=0, channel="WECHAT", occurred_on=DAY,
    recorded_by="service:publisher", evidence=(URL,),
)  # fmt: skip


def failed(attempt: int, code: str = "QUOTA_REACHED") -> DeliveryFailed:
    return DeliveryFailed(
        item_id=ITEM, revision=1, round=1, ring=0, channel="WECHAT", attempt=attempt, code=code,
        retry_at=MONDAY + back_off(attempt),
    )  # fmt: skip


def given(*facts: object) -> Spec:
    return Spec(DELIVERY).given(*facts)


def test_it_is_planned_once():
    given().when(PLAN).then(PLANNED)
    given(PLANNED).when(PLAN).then()


@pytest.mark.parametrize(
    "command",
    [
        StartDelivery(),
        SubmitDelivery("x"),
        CONFIRM,
        FailDelivery("X", MONDAY),
        RetryDelivery(MONDAY),
    ],
)
def test_nothing_happens_to_what_was_never_planned(command: object):
    given().when(command).then_refused(NoSuchDelivery)


def test_a_start_is_recorded_the_first_time_only():
    given(PLANNED).when(StartDelivery()).then(STARTED)
    given(PLANNED, STARTED).when(StartDelivery()).then()
    given(PLANNED, failed(1)).when(StartDelivery()).then()


def test_it_is_handed_over_then_confirmed_with_its_evidence():
    given(PLANNED, STARTED).when(SubmitDelivery("publish-1")).then(SUBMITTED)
    given(PLANNED, STARTED, SUBMITTED).when(CONFIRM).then(CONFIRMED)


def test_each_failure_waits_longer():
    given(PLANNED).when(FailDelivery("QUOTA_REACHED", MONDAY)).then(failed(1))
    given(PLANNED, failed(1)).when(FailDelivery("QUOTA_REACHED", MONDAY)).then(failed(2))


def test_the_wait_doubles_and_is_never_longer_than_six_hours():
    waits = [back_off(attempt) for attempt in range(1, 30)]
    assert waits[:4] == [timedelta(seconds=s) for s in (30, 60, 120, 240)]
    assert waits[0] == FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT == timedelta(hours=6)


def test_a_submission_rejected_afterwards_is_a_failure():
    spec = given(PLANNED, SUBMITTED)
    spec.when(FailDelivery("REJECTED", MONDAY)).then(failed(1, "REJECTED"))


def test_a_failed_one_can_be_tried_at_once_by_hand_without_counting_as_a_failure():
    spec = given(PLANNED, failed(1)).when(RetryDelivery(MONDAY))
    spec.then(DeliveryRetried(item_id=ITEM, at=MONDAY))
    again = given(PLANNED, failed(1), *spec.events()).when(FailDelivery("QUOTA_REACHED", MONDAY))
    again.then(failed(2))


def test_only_a_failed_one_is_tried_again_by_hand():
    given(PLANNED).when(RetryDelivery(MONDAY)).then_refused(NotFailed)


def test_it_is_confirmed_once():
    given(PLANNED, CONFIRMED).when(CONFIRM).then_refused(NotWaiting)
    given(PLANNED, CONFIRMED).when(SubmitDelivery("x")).then_refused(NotWaiting)
    given(PLANNED, CONFIRMED).when(RetryDelivery(MONDAY)).then_refused(NotWaiting)


def test_a_failure_after_the_confirmation_means_nothing():
    given(PLANNED, CONFIRMED).when(FailDelivery("X", MONDAY)).then()


def test_a_channel_used_again_in_a_later_ring_has_a_key_of_its_own():
    first = delivery_key(ITEM, 0, "MEETING", 1)
    again = delivery_key(ITEM, 1, "MEETING", 1, repeated=True)
    assert (first, again) == (f"{ITEM}-MEETING-1", f"{ITEM}-MEETING1-1")
