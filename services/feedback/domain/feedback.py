"""An opinion's way: received, screened, assigned, answered, released by a second person."""

from __future__ import annotations

from collections.abc import Sequence

from services.feedback.domain.commands import (
    About,
    AnswerFeedback,
    AssignHandler,
    ErasePersonalData,
    HandlingCommand,
    ReassignHandler,
    ReceiveFeedback,
    ReleaseResult,
    Reschedule,
    ReturnAnswer,
    ScreenFeedback,
)
from services.feedback.domain.events import (
    AnswerReturned,
    FeedbackAnswered,
    FeedbackAssigned,
    FeedbackEvent,
    FeedbackReceived,
    FeedbackRescheduled,
    FeedbackScreened,
    HandlingResultReleased,
    Outcome,
    PersonalDataErased,
    SubjectRef,
)
from services.feedback.domain.refusals import (
    AlreadyAssigned,
    AlreadyErased,
    AlreadyReceived,
    AlreadyScreened,
    AnswerChanged,
    BeforePublication,
    FromTheFuture,
    NoHandler,
    NoSuchFeedback,
    NotAssigned,
    NothingToRelease,
    NotScreened,
    NotTheHandler,
    OwnAnswer,
    PostingOver,
    ReasonMissing,
    SameHandler,
)
from services.feedback.domain.state import OWED, Feedback, Stage, evolve
from shared.decider import Decider


def decide(command: About, state: Feedback) -> Sequence[FeedbackEvent]:
    id, act = command.feedback_id, command.act
    if isinstance(act, ReceiveFeedback):
        return _receive(act, state)
    if state.stage is Stage.ABSENT:
        raise NoSuchFeedback
    if isinstance(act, Reschedule):
        return _reschedule(id, act, state)
    return [_handle(id, act, state)]


def _handle(id: str, act: HandlingCommand, state: Feedback) -> FeedbackEvent:
    match act:
        case ScreenFeedback():
            return _screen(id, act, state)
        case AssignHandler():
            return _assign(id, act, state)
        case ReassignHandler():
            return _reassign(id, act, state)
        case AnswerFeedback():
            return _answer(id, act, state)
        case ReturnAnswer():
            _second_person(act.by, state)
            return AnswerReturned(feedback_id=id, reason_hash=act.reason_hash, by=act.by)
        case ReleaseResult():
            return _release(id, act, state)
        case ErasePersonalData():
            if state.erased:
                raise AlreadyErased
            return PersonalDataErased(feedback_id=id, person_ref=state.person_ref, by=act.by)


def _receive(act: ReceiveFeedback, state: Feedback) -> Sequence[FeedbackEvent]:
    """The same form sent twice is one opinion."""
    if state.stage is not Stage.ABSENT:
        if state.commitment == act.text_commitment:
            return []
        raise AlreadyReceived
    if act.received_on > act.today:
        raise FromTheFuture(field="receivedOn")
    if act.received_on < act.published_on:
        raise BeforePublication(field="receivedOn")
    if act.closed_on and act.received_on > act.closed_on:
        raise PostingOver
    return [
        FeedbackReceived(
            feedback_id=act.feedback_id, kind=act.kind, channel=act.channel,
            subject=SubjectRef(id=act.item_id), circle=act.circle, received_on=act.received_on,
            recorded_by=act.recorded_by, person_ref=act.person_ref,
            text_commitment=act.text_commitment, contact_commitment=act.contact_commitment,
            receipt_no=act.receipt_no,
        )
    ]  # fmt: skip


def _screen(id: str, act: ScreenFeedback, state: Feedback) -> FeedbackEvent:
    """A refusal that was wrong can be mended; what was taken up is answered."""
    reopened = state.stage is Stage.REJECTED and act.outcome is Outcome.ACCEPTED
    if state.stage is not Stage.RECEIVED and not reopened:
        raise AlreadyScreened
    if act.outcome is Outcome.REJECTED and not (act.reason and act.reason_hash):
        raise ReasonMissing(field="reason")
    return FeedbackScreened(
        feedback_id=id, outcome=act.outcome, by=act.by, reason=act.reason,
        reason_hash=act.reason_hash,
    )  # fmt: skip


def _assign(id: str, act: AssignHandler, state: Feedback) -> FeedbackEvent:
    if state.stage in (Stage.ASSIGNED, Stage.ANSWERED, Stage.RELEASED):
        raise AlreadyAssigned
    if state.stage is not Stage.ACCEPTED:
        raise NotScreened
    if not act.handler:
        raise NoHandler(field="handler")
    return FeedbackAssigned(
        feedback_id=id, handler=act.handler, organ_id=act.organ_id, due_on=act.due_on,
        due_rule=act.due_rule, by=act.by,
    )  # fmt: skip


def _reassign(id: str, act: ReassignHandler, state: Feedback) -> FeedbackEvent:
    """The citizen's clock does not start again because the handler changed."""
    if state.stage is not Stage.ASSIGNED:
        raise NotAssigned
    if not act.handler:
        raise NoHandler(field="handler")
    if act.handler == state.handler:
        raise SameHandler(field="handler")
    return FeedbackAssigned(
        feedback_id=id, handler=act.handler, organ_id=act.organ_id, due_on=state.due_on,
        due_rule=dict(state.due_rule), by=act.by, reason_hash=act.reason_hash,
    )  # fmt: skip


def _reschedule(id: str, act: Reschedule, state: Feedback) -> Sequence[FeedbackEvent]:
    """Nothing once the citizen has the answer, and nothing when the date came out the same."""
    unchanged = (act.due_on, act.due_rule) == (state.due_on, dict(state.due_rule))
    if state.stage not in OWED or unchanged:
        return []
    return [FeedbackRescheduled(feedback_id=id, due_on=act.due_on, due_rule=act.due_rule)]


def _answer(id: str, act: AnswerFeedback, state: Feedback) -> FeedbackEvent:
    if state.stage is not Stage.ASSIGNED:
        raise NotAssigned
    if act.by != state.handler:
        raise NotTheHandler
    return FeedbackAnswered(feedback_id=id, answer_hash=act.answer_hash, by=act.by)


def _second_person(by: str, state: Feedback) -> None:
    if state.stage is not Stage.ANSWERED:
        raise NothingToRelease
    if by == state.answered_by:
        raise OwnAnswer


def _release(id: str, act: ReleaseResult, state: Feedback) -> FeedbackEvent:
    """S1-13: the result is public in the scope of the item, no wider and no narrower."""
    _second_person(act.by, state)
    if act.result_address != state.answer:
        raise AnswerChanged
    assert state.circle is not None
    return HandlingResultReleased(
        feedback_id=id, item_id=state.item_id, scope=state.circle.scope,
        audience=state.circle.audience, disclosing_body=state.circle.disclosing_body,
        result_hash=act.result_hash, result_length=act.result_length,
        result_address=act.result_address, adopted=act.adopted, released_by=act.by,
        position=act.position, released_on=act.today,
    )  # fmt: skip


FEEDBACK: Decider[About, Feedback, FeedbackEvent] = Decider(Feedback(), decide, evolve)
