"""The item: what may happen to it, and in which order."""

from __future__ import annotations

from datetime import date

import pytest

from services.catalog.domain.errors import (
    AlreadyDrafted,
    AlreadySubmitted,
    Closed,
    Incomplete,
    Locked,
    NoSuchItem,
    NotSubmitted,
    NotTheDrafter,
    OtherAgency,
)
from services.catalog.domain.item import ITEM as ITEM_DECIDER
from services.catalog.domain.item_commands import (
    DeclareMissed,
    DraftItem,
    NoteProgress,
    Reschedule,
    ReviseItem,
    SubmitItem,
    WithdrawItem,
)
from services.catalog.domain.item_events import (
    ItemDrafted,
    ItemProgressed,
    ItemRevised,
    ItemSubmitted,
    ItemWithdrawnByDrafter,
    ObligationMissed,
    ObligationRescheduled,
)
from tests.catalog.story import ITEM, MZJ, particulars
from tests.spec import Spec

item = Spec(ITEM_DECIDER)
VALUES = particulars().model_dump()
DUE = date(2026, 12, 18)
LATER = {"due": "2027-01-08", "provisional": True}
drafted = ItemDrafted(**VALUES)
submitted = ItemSubmitted(**VALUES, submitted_by="p-chen", chain="default")
withdrawn = ItemWithdrawnByDrafter(item_id=ITEM, revision=1, by="p-chen")
missed = ObligationMissed(item_id=ITEM, obligation_id=None, due_on=DUE)


def progressed(status, revision=1, **more):
    return ItemProgressed(item_id=ITEM, revision=revision, status=status, **more)


returned = progressed("RETURNED", reason_from="review-X:2")
inside = progressed("PUBLISHED", ring=0)
outside = progressed("PUBLISHED", ring=1, fulfilled=True)
submit = SubmitItem("p-chen", "default")
revise = ReviseItem(particulars(), "p-chen")


def test_a_draft_begins_with_revision_one():
    item.given().when(DraftItem(particulars(revision=7))).then(drafted)


def test_an_item_is_drafted_once():
    item.given(drafted).when(DraftItem(particulars())).then_refused(AlreadyDrafted)


@pytest.mark.parametrize("command", [submit, revise, WithdrawItem("p-chen"), DeclareMissed(DUE)])
def test_nothing_can_be_done_with_an_item_that_is_not_there(command):
    item.given().when(command).then_refused(NoSuchItem)


def test_a_draft_that_nobody_saw_is_replaced_under_its_number():
    item.given(drafted).when(revise).then(ItemRevised(**VALUES))


def test_after_a_return_the_changed_text_is_a_new_revision():
    second = ItemRevised(**(VALUES | {"revision": 2}))
    item.given(drafted, submitted, returned).when(revise).then(second)


def test_submitting_locks_the_revision():
    item.given(drafted).when(submit).then(submitted)
    item.given(drafted, submitted).when(revise).then_refused(Locked)


def test_submitting_twice_is_refused():
    item.given(drafted, submitted).when(submit).then_refused(AlreadySubmitted)


def test_an_incomplete_draft_is_refused_with_every_missing_field():
    lacking = SubmitItem("p-chen", "default", missing=("title", "legalBasis"))
    with pytest.raises(Incomplete) as refusal:
        item.given(drafted).when(lacking).events()
    assert refusal.value.detail == "请补全：标题、公开依据"
    assert refusal.value.extra["missing"] == ("title", "legalBasis")


def test_a_returned_revision_cannot_be_submitted_unchanged():
    item.given(drafted, submitted, returned).when(submit).then_refused(Incomplete)


def test_the_drafter_withdraws_and_submits_again():
    item.given(drafted, submitted).when(WithdrawItem("p-chen")).then(withdrawn)
    item.given(drafted, submitted, withdrawn).when(submit).then(submitted)


def test_what_is_not_in_review_cannot_be_withdrawn():
    item.given(drafted).when(WithdrawItem("p-chen")).then_refused(NotSubmitted)


def test_somebody_else_neither_revises_nor_submits_nor_withdraws():
    item.given(drafted).when(ReviseItem(particulars(), "p-liu")).then_refused(NotTheDrafter)
    item.given(drafted).when(SubmitItem("p-liu", "default")).then_refused(NotTheDrafter)
    item.given(drafted, submitted).when(WithdrawItem("p-liu")).then_refused(NotTheDrafter)


def test_another_drafter_goes_on_when_the_drafter_has_left():
    theirs = particulars(drafter="p-liu")
    taken = ReviseItem(theirs, "p-liu", drafter_left=True)
    item.given(drafted).when(taken).then(ItemRevised(**theirs.model_dump()))


def test_an_item_never_moves_to_another_agency():
    moved = ReviseItem(particulars(agency=MZJ), "p-chen")
    item.given(drafted).when(moved).then_refused(OtherAgency)


def test_a_withheld_item_is_closed():
    withheld = progressed("WITHHELD", fulfilled=True)
    item.given(drafted, submitted, withheld).when(revise).then_refused(Closed)


def test_the_duty_is_met_only_when_every_ring_is_public():
    history = (drafted, submitted, progressed("APPROVED"))
    item.given(*history).when(NoteProgress(1, "PUBLISHED", ring=0)).then(inside)
    item.given(*history, inside).when(NoteProgress(1, "PUBLISHED", ring=1)).then(outside)


def test_what_is_told_twice_is_noted_once():
    item.given(drafted, submitted, inside).when(NoteProgress(1, "PUBLISHED", ring=0)).then()


def test_what_is_told_of_a_replaced_revision_is_not_noted():
    second = ItemRevised(**(VALUES | {"revision": 2}))
    history = (drafted, submitted, returned, second)
    item.given(*history).when(NoteProgress(1, "APPROVED")).then()


def test_the_day_passes_and_the_item_is_not_public():
    item.given(drafted).when(DeclareMissed(DUE)).then(missed)
    item.given(drafted, inside).when(DeclareMissed(DUE)).then(missed)


def test_a_missed_day_is_recorded_once_and_never_for_what_is_public():
    item.given(drafted, missed).when(DeclareMissed(DUE)).then()
    item.given(drafted, submitted, outside).when(DeclareMissed(DUE)).then()


def test_a_day_that_was_moved_is_not_missed():
    moved = ObligationRescheduled(item_id=ITEM, obligation_id=None, publish_by=LATER)
    item.given(drafted).when(Reschedule(LATER)).then(moved)
    item.given(drafted, moved).when(DeclareMissed(DUE)).then()


def test_a_date_that_stays_is_no_new_fact():
    item.given(drafted).when(Reschedule(VALUES["publish_by"])).then()


def test_a_submission_carries_the_date_as_it_is_now():
    moved = ObligationRescheduled(item_id=ITEM, obligation_id=None, publish_by=LATER)
    (fact,) = item.given(drafted, moved).when(submit).events()
    assert fact.publish_by == LATER


def test_a_new_revision_after_publication_has_to_be_published_again():
    second = ItemRevised(**(VALUES | {"revision": 2}))
    history = (drafted, submitted, outside, second)
    item.given(*history).when(DeclareMissed(DUE)).then(missed)
