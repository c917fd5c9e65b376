"""An opinion's way, as decisions without a database."""

from dataclasses import replace
from datetime import date

import pytest

from services.feedback.domain.commands import (
    AnswerFeedback,
    AssignHandler,
    ErasePersonalData,
    ReassignHandler,
    ReleaseResult,
    ScreenFeedback,
)
from services.feedback.domain.events import (
    Channel,
    FeedbackScreened,
    Outcome,
    PersonalDataErased,
    RejectReason,
)
from services.feedback.domain.feedback import FEEDBACK
from services.feedback.domain.refusals import (
    AlreadyAssigned,
    AlreadyErased,
    AlreadyReceived,
    AlreadyScreened,
    BeforePublication,
    FromTheFuture,
    NoHandler,
    NoSuchFeedback,
    NotAssigned,
    NotScreened,
    NotTheHandler,
    PostingOver,
    ReasonMissing,
    SameHandler,
)
from tests.feedback.story import (
    DUE,
    ID,
    SHA,
    T1,
    WRITE,
    about,
    accepted,
    answered,
    assigned,
    on,
    received,
)
from tests.spec import Spec

feedback = Spec(FEEDBACK)
accept = ScreenFeedback(Outcome.ACCEPTED, "p-wang")
assign = AssignHandler("p-chen", "o-sfj-office", date(2026, 11, 30), DUE, "p-wang")
release = ReleaseResult(T1, SHA, 120, True, "p-zhou", "局长", date(2026, 11, 24))


def test_a_citizen_writes():
    feedback.given().when(about(WRITE)).then(received())


def test_the_same_form_sent_twice_is_one_opinion():
    feedback.given(received()).when(about(WRITE)).then()


def test_another_text_under_the_same_id_is_refused():
    feedback.given(received()).when(on(WRITE, text_commitment="t1:00")).then_refused(
        AlreadyReceived
    )


def test_a_paper_opinion_keeps_the_earlier_day_it_came():
    paper = on(
        WRITE, channel=Channel.PAPER_BOX, received_on=date(2026, 11, 21), recorded_by="p-wang"
    )
    (event,) = feedback.given().when(paper).events()
    assert (event.received_on, event.channel, event.recorded_by) == (
        date(2026, 11, 21), Channel.PAPER_BOX, "p-wang",
    )  # fmt: skip


def test_nothing_is_received_tomorrow():
    feedback.given().when(on(WRITE, received_on=date(2026, 11, 24))).then_refused(FromTheFuture)


def test_nothing_is_received_before_the_item_was_public():
    feedback.given().when(on(WRITE, received_on=date(2026, 11, 19))).then_refused(BeforePublication)


def test_after_the_posting_no_new_opinion_comes_in():
    feedback.given().when(on(WRITE, closed_on=date(2026, 11, 22))).then_refused(PostingOver)


def test_paper_that_came_during_the_posting_can_be_entered_after_it():
    late = on(WRITE, closed_on=date(2026, 11, 22), received_on=date(2026, 11, 22))
    assert feedback.given().when(late).events()


def test_an_opinion_is_taken_up():
    feedback.given(received()).when(about(accept)).then(accepted)


def test_an_opinion_is_refused_with_a_reason():
    refuse = ScreenFeedback(Outcome.REJECTED, "p-wang", RejectReason.ABUSIVE, T1)
    feedback.given(received()).when(about(refuse)).then(
        FeedbackScreened(
            feedback_id=ID, outcome=Outcome.REJECTED, by="p-wang", reason=RejectReason.ABUSIVE,
            reason_hash=T1,
        )
    )  # fmt: skip


def test_a_refusal_without_a_reason_is_refused():
    refuse = ScreenFeedback(Outcome.REJECTED, "p-wang", RejectReason.ABUSIVE, None)
    feedback.given(received()).when(about(refuse)).then_refused(ReasonMissing)


def test_a_wrong_refusal_is_mended_and_only_that():
    refuse = ScreenFeedback(Outcome.REJECTED, "p-wang", RejectReason.ABUSIVE, T1)
    refused = FeedbackScreened(
        feedback_id=ID, outcome=Outcome.REJECTED, by="p-wang", reason=RejectReason.ABUSIVE,
        reason_hash=T1,
    )  # fmt: skip
    feedback.given(received(), refused).when(about(accept)).then(accepted)
    feedback.given(received(), refused).when(about(refuse)).then_refused(AlreadyScreened)
    feedback.given(received(), refused, accepted).when(about(refuse)).then_refused(AlreadyScreened)


def test_screening_happens_once():
    feedback.given(received(), accepted).when(about(accept)).then_refused(AlreadyScreened)


def test_a_taken_up_opinion_gets_a_named_handler():
    feedback.given(received(), accepted).when(about(assign)).then(assigned)


def test_without_a_named_handler_nothing_is_assigned():
    nobody = replace(assign, handler="")
    feedback.given(received(), accepted).when(about(nobody)).then_refused(NoHandler)


def test_an_unscreened_opinion_cannot_be_assigned():
    feedback.given(received()).when(about(assign)).then_refused(NotScreened)


def test_assigning_twice_needs_a_hand_over():
    feedback.given(received(), accepted, assigned).when(about(assign)).then_refused(AlreadyAssigned)


def test_a_hand_over_keeps_the_day_it_is_due():
    hand_over = ReassignHandler("p-liu", "o-2", T1, "p-wang")
    (event,) = feedback.given(received(), accepted, assigned).when(about(hand_over)).events()
    assert (event.handler, event.due_on, event.due_rule) == ("p-liu", assigned.due_on, DUE)


def test_a_hand_over_to_the_same_person_is_refused():
    hand_over = ReassignHandler("p-chen", "o-2", T1, "p-wang")
    feedback.given(received(), accepted, assigned).when(about(hand_over)).then_refused(SameHandler)


def test_the_named_handler_answers():
    feedback.given(received(), accepted, assigned).when(about(AnswerFeedback(T1, "p-chen"))).then(
        answered
    )


def test_nobody_else_answers():
    feedback.given(received(), accepted, assigned).when(
        about(AnswerFeedback(T1, "p-wang"))
    ).then_refused(NotTheHandler)


def test_an_unassigned_opinion_cannot_be_answered():
    feedback.given(received(), accepted).when(about(AnswerFeedback(T1, "p-chen"))).then_refused(
        NotAssigned
    )


def test_a_citizens_data_is_erased_once():
    gone = PersonalDataErased(feedback_id=ID, person_ref="pr-1", by="p-wang")
    feedback.given(received()).when(about(ErasePersonalData("p-wang"))).then(gone)
    feedback.given(received(), gone).when(about(ErasePersonalData("p-wang"))).then_refused(
        AlreadyErased
    )


@pytest.mark.parametrize("act", [accept, assign, release, ErasePersonalData("p-wang")])
def test_nothing_is_done_to_an_opinion_nobody_wrote(act):
    feedback.given().when(about(act)).then_refused(NoSuchFeedback)
