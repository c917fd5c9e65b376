"""Returning and withholding: by whom, on what ground, with what reason."""

from __future__ import annotations

from services.approval.domain.errors import GroundMissing, MayNotWithhold, ReasonMissing
from services.approval.domain.events import ItemApproved, ItemReturned
from tests.approval.story import LI, REASON, WANG, ZHOU, opening, passing, returning, withholding
from tests.approval.told import decided, office, opened, review, run, secrecy, withheld


def test_a_return_needs_a_reason():
    review.given(opened).when(returning(LI, reason=None)).then_refused(ReasonMissing)
    review.given(opened).when(returning(LI)).then(
        ItemReturned(**decided(LI, "SECRECY"), reason_hash=REASON)
    )


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
