"""Review: the rules, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.approval.domain.errors import (
    DecidedBefore,
    DrafterDecides,
    NotUnderReview,
    NotYourStep,
    OtherText,
    OtherUnderReview,
)
from services.approval.domain.events import ItemApproved, ReviewCancelled
from services.approval.domain.submission import By
from tests.approval.story import (
    HASH,
    ITEM,
    LEADER_CHAIN,
    LI,
    MONDAY,
    OFFICE_CHAIN,
    WANG,
    ZHOU,
    by,
    cancelling,
    opening,
    passing,
    returning,
    submission,
    withholding,
)
from tests.approval.told import DEPUTY, office, opened, review, run, secrecy, withheld


def test_a_submission_opens_a_review_with_the_chain_of_its_policy():
    review.given().when(opening()).then(opened)


def test_the_same_submission_heard_again_changes_nothing():
    review.given(opened).when(opening()).then()


def test_another_text_of_a_revision_under_review_is_refused():
    review.given(opened).when(opening(manifestHash="0" * 64)).then_refused(OtherUnderReview)


def test_the_secrecy_reviewer_passes_the_first_step():
    review.given(opened).when(passing(LI)).then(secrecy)


def test_the_last_step_approves_with_title_and_number_and_all_decisions():
    _, approved = review.given(opened, secrecy, office).when(passing(ZHOU)).events()
    assert isinstance(approved, ItemApproved)
    assert approved.title == "关于公布2026年度法律援助机构名册的通知"
    assert approved.doc_no == "临司〔2026〕12号"
    assert [d.person for d in approved.decisions] == ["p-li", "p-wang", "p-zhou"]
    assert {d.manifest_hash for d in approved.decisions} == {HASH}
    assert approved.determined_on == date(2026, 11, 23)


def test_the_day_of_determination_is_the_day_in_beijing():
    late = MONDAY.replace(hour=17)  # 01:00 on Tuesday in Beijing
    _, approved = review.given(opened, secrecy, office).when(passing(ZHOU, at=late)).events()
    assert approved.determined_on == date(2026, 11, 24)


def test_an_item_on_request_is_approved_with_that_attribute():
    facts = run(opening(attribute="ON_REQUEST"), passing(LI), passing(WANG), passing(ZHOU))
    assert facts[-1].attribute == "ON_REQUEST"


def test_nobody_passes_a_step_of_another_role():
    review.given(opened).when(passing(WANG)).then_refused(NotYourStep)


def test_steps_are_not_skipped():
    review.given(opened, secrecy).when(passing(ZHOU)).then_refused(NotYourStep)


@pytest.mark.parametrize("author", ["p-chen", "p-du"])
def test_neither_drafter_nor_submitter_reviews_their_own_text(author: str):
    mine = by(author, "SECRECY_REVIEWER")
    start = opened.model_copy(update={"submission": submission(submittedBy="p-du")})
    for act in (passing(mine), returning(mine), withholding(mine)):
        review.given(start).when(act).then_refused(DrafterDecides)


def test_one_person_does_not_decide_twice_even_with_two_roles():
    again = by("p-li", "DISCLOSURE_OFFICE")
    for act in (passing(again), returning(again), withholding(again)):
        review.given(opened, secrecy).when(act).then_refused(DecidedBefore)


def test_a_decision_on_another_text_is_refused():
    for act in (passing(LI, seen="0" * 64), returning(LI, seen="0" * 64),
                withholding(LI, seen="0" * 64)):  # fmt: skip
        review.given(opened).when(act).then_refused(OtherText)


def test_a_title_from_another_text_is_refused():
    wrong = passing(LI, cleared="0" * 64)
    review.given(opened).when(wrong).then_refused(OtherText)


def test_what_the_drafter_withdrew_is_no_longer_decided_on():
    gone = ReviewCancelled(item_id=ITEM, revision=1, by="p-chen", at=MONDAY)
    review.given(opened).when(cancelling()).then(gone)
    review.given(opened, gone).when(passing(LI)).then_refused(NotUnderReview)


def test_a_withdrawal_after_the_decision_changes_nothing():
    facts = run(opening(), passing(LI), passing(WANG), passing(ZHOU))
    review.given(*facts).when(cancelling()).then()
    review.given().when(cancelling()).then()


def test_a_revision_submitted_again_starts_every_step_again():
    facts = run(opening(), passing(LI), cancelling(), opening())
    assert facts[-1] == opened
    review.given(*facts).when(passing(WANG)).then_refused(NotYourStep)
    review.given(*facts).when(passing(LI)).then(secrecy)


def test_an_approved_or_withheld_revision_is_never_opened_again():
    approved = run(opening(), passing(LI), passing(WANG), passing(ZHOU))
    review.given(*approved).when(opening(manifestHash="0" * 64)).then()
    review.given(opened, withheld(LI, "SECRECY", "C4")).when(opening()).then()


def test_nothing_is_decided_before_a_submission():
    review.given().when(passing(LI)).then_refused(NotUnderReview)


@pytest.mark.parametrize("leader", [ZHOU, DEPUTY])
def test_chain_s2_23_office_reviews_then_head_or_deputy_approves(leader: By):
    facts = run(opening(OFFICE_CHAIN), passing(LI), passing(WANG), passing(leader))
    assert facts[-1].decisions[-1].person == leader.person


def test_chain_s3_14_deputy_reviews_then_the_principal_leader_approves():
    facts = run(opening(LEADER_CHAIN), passing(LI), passing(DEPUTY), passing(ZHOU))
    assert [d.step for d in facts[-1].decisions] == ["SECRECY", "DEPUTY", "LEADER"]
    stand_in = by("p-sun", "DEPUTY_LEADER")
    half = run(opening(LEADER_CHAIN), passing(LI), passing(DEPUTY))
    review.given(*half).when(passing(stand_in)).then_refused(NotYourStep)


def test_decision_times_are_kept_in_utc():
    later = MONDAY + timedelta(hours=1)
    facts = run(opening(), passing(LI), passing(WANG, at=later), passing(ZHOU, at=later))
    assert [d.decided_at for d in facts[-1].decisions] == [MONDAY, later, later]
