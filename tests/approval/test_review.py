"""Review: the rules, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.approval.domain.chain import DEFAULT
from services.approval.domain.deciding import REVIEW_DECIDER
from services.approval.domain.errors import (
    DecidedBefore,
    DrafterDecides,
    GroundMissing,
    MayNotWithhold,
    NotUnderReview,
    NotYourStep,
    OtherText,
    OtherUnderReview,
    ReasonMissing,
)
from services.approval.domain.events import (
    ItemApproved,
    ItemReturned,
    ItemWithheld,
    ReviewCancelled,
    ReviewOpened,
    ReviewStepPassed,
)
from services.approval.domain.submission import By
from tests.approval.story import (
    HASH,
    ITEM,
    LEADER_CHAIN,
    LI,
    MONDAY,
    OFFICE_CHAIN,
    REASON,
    WANG,
    ZHOU,
    W,
    by,
    cancelling,
    opening,
    passing,
    returning,
    submission,
    withholding,
)
from tests.spec import Spec

review = Spec(REVIEW_DECIDER)
opened = ReviewOpened(submission=submission(), steps=DEFAULT.steps, release="OFFICE")
DEPUTY = by("p-qian", "DEPUTY_LEADER", "副局长")


def decided(who: By, step: str) -> Any:
    return {
        "item_id": ITEM, "revision": 1, "manifest_hash": HASH, "step": step, "at": MONDAY,
        **who.model_dump(),
    }  # fmt: skip


def passed(who: By, step: str, following: str | None) -> ReviewStepPassed:
    return ReviewStepPassed(**decided(who, step), next_step=following)


secrecy = passed(LI, "SECRECY", "OFFICE")
office = passed(WANG, "OFFICE", "LEADER")


def run(*commands: Any) -> list[Any]:
    """All facts of a whole story, told by its commands."""
    facts: list[Any] = []
    for command in commands:
        facts += review.given(*facts).when(command).events()
    return facts


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


def test_a_return_needs_a_reason():
    review.given(opened).when(returning(LI, reason=None)).then_refused(ReasonMissing)
    review.given(opened).when(returning(LI)).then(
        ItemReturned(**decided(LI, "SECRECY"), reason_hash=REASON)
    )


def withheld(who: By, step: str, ground: str, **more: Any) -> ItemWithheld:
    return ItemWithheld(
        **decided(who, step), mode=more.get("mode", "WITHHELD"), ground=ground, reason_hash=REASON,
        withheld_id=W, determined_on=date(2026, 11, 23), destroy_text=ground == "C1",
    )  # fmt: skip


def test_the_secrecy_reviewer_withholds_with_ground_and_reason():
    review.given(opened).when(withholding(LI)).then(withheld(LI, "SECRECY", "C4"))


def test_a_leader_defers():
    act = withholding(ZHOU, "C6", mode="DEFERRED")
    review.given(opened, secrecy, office).when(act).then(
        withheld(ZHOU, "LEADER", "C6", mode="DEFERRED")
    )


def test_a_state_secret_ground_destroys_the_text():
    review.given(opened).when(withholding(LI, "C1")).then(withheld(LI, "SECRECY", "C1"))


def test_the_disclosure_office_may_not_withhold():
    review.given(opened, secrecy).when(withholding(WANG)).then_refused(MayNotWithhold)


def test_withholding_needs_one_of_the_eight_grounds_and_a_reason():
    review.given(opened).when(withholding(LI, "C9")).then_refused(GroundMissing)
    review.given(opened).when(withholding(LI, reason=None)).then_refused(ReasonMissing)


def test_an_item_proposed_as_withheld_ends_withheld_and_never_approved():
    proposal = opening(attribute="WITHHELD", ground="C5", groundReasonHash=REASON)
    facts = run(proposal, passing(LI), passing(WANG), passing(ZHOU))
    assert facts[-1] == withheld(ZHOU, "LEADER", "C5")
    assert not [fact for fact in facts if isinstance(fact, ItemApproved)]


def test_a_proposal_to_withhold_without_ground_cannot_pass_the_last_step():
    facts = run(opening(attribute="WITHHELD"), passing(LI), passing(WANG))
    review.given(*facts).when(passing(ZHOU)).then_refused(GroundMissing)


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
    review.given(*approved).when(opening()).then_refused(OtherUnderReview)
    review.given(opened, withheld(LI, "SECRECY", "C4")).when(opening()).then_refused(
        OtherUnderReview
    )


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
