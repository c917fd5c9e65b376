"""Who releases a result, and where it goes: a second person, exactly in the item's own scope."""

from dataclasses import replace
from datetime import date

import pytest

from services.feedback.domain.commands import AnswerFeedback, ReleaseResult, ReturnAnswer
from services.feedback.domain.events import Circle
from services.feedback.domain.feedback import FEEDBACK
from services.feedback.domain.refusals import AnswerChanged, NothingToRelease, OwnAnswer
from tests.feedback.story import (
    BRANCH,
    PUBLIC,
    SHA,
    T1,
    about,
    accepted,
    answered,
    assigned,
    received,
    released,
    returned,
)
from tests.spec import Spec

feedback = Spec(FEEDBACK)
release = ReleaseResult(T1, SHA, 120, True, "p-zhou", "局长", date(2026, 11, 24))


def test_a_second_person_releases_the_result():
    feedback.given(received(), accepted, assigned, answered).when(about(release)).then(released())


def test_who_answered_does_not_release():
    own = replace(release, by="p-chen")
    feedback.given(received(), accepted, assigned, answered).when(about(own)).then_refused(
        OwnAnswer
    )


def test_who_answered_does_not_return_either():
    feedback.given(received(), accepted, assigned, answered).when(
        about(ReturnAnswer(T1, "p-chen"))
    ).then_refused(OwnAnswer)


def test_a_returned_answer_goes_back_to_the_handler():
    history = (received(), accepted, assigned, answered, returned)
    feedback.given(*history).when(about(release)).then_refused(NothingToRelease)
    feedback.given(*history).when(about(AnswerFeedback(T1, "p-chen"))).then(answered)


def test_an_answer_changed_during_the_check_is_not_released_unread():
    other = replace(release, result_address="t1:cd")
    feedback.given(received(), accepted, assigned, answered).when(about(other)).then_refused(
        AnswerChanged
    )


def test_a_result_is_released_once():
    history = (received(), accepted, assigned, answered, released())
    feedback.given(*history).when(about(release)).then_refused(NothingToRelease)


@pytest.mark.parametrize(
    "circle",
    [
        PUBLIC,
        BRANCH,
        Circle(scope="WHOLE_PARTY", disclosing_body="o-1"),
        Circle(scope="SPECIFIC_PERSONS", audience=("p-1", "p-2"), disclosing_body="o-2"),
        Circle(scope="PARTY_ONLY", audience=("o-branch-1", "o-branch-2"), disclosing_body="o-3"),
    ],
)
def test_the_result_is_public_exactly_where_the_item_was(circle):
    history = (received(circle), accepted, assigned, answered)
    (event,) = feedback.given(*history).when(about(release)).events()
    assert (event.scope, event.audience, event.disclosing_body) == (
        circle.scope, circle.audience, circle.disclosing_body,
    )  # fmt: skip
