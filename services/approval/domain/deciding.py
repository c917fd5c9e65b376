"""What is allowed on a review: different people, the waiting step, the text they saw."""

from __future__ import annotations

from collections.abc import Sequence

from services.approval.domain.commands import (
    CancelReview,
    OpenReview,
    PassStep,
    ReturnItem,
    ReviewCommand,
    WithholdItem,
)
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
    ReviewEvent,
    ReviewOpened,
    ReviewStepPassed,
)
from services.approval.domain.review import OPENABLE, Review, Status, decision_of, evolve
from services.approval.domain.submission import CLASSIFIED, GROUNDS, Submission
from shared.decider import Decider
from shared.events import Json
from shared.workdays import legal_day

WITHHOLDERS = frozenset(("SECRECY_REVIEWER", "DEPUTY_LEADER", "PRINCIPAL_LEADER"))
Act = PassStep | ReturnItem | WithholdItem


def decide(command: ReviewCommand, review: Review) -> Sequence[ReviewEvent]:
    match command:
        case OpenReview():
            return _open(command, review)
        case PassStep():
            return _pass(command, review)
        case ReturnItem():
            return _return(command, review)
        case WithholdItem():
            return _withhold(command, review)
        case CancelReview():
            return _cancel(command, review)


def _open(command: OpenReview, review: Review) -> Sequence[ReviewEvent]:
    """A revision already decided on is not opened again: the decision stands."""
    submission = command.submission
    if review.status is Status.PENDING:
        if review.submission != submission:
            raise OtherUnderReview
        return []
    if review.status not in OPENABLE:
        return []
    chain = command.chain.for_document(submission.document_kind, submission.attribute)
    return [ReviewOpened(submission=submission, steps=chain.steps, release=chain.release)]


def _cancel(command: CancelReview, review: Review) -> Sequence[ReviewEvent]:
    """A withdrawal that comes after the decision changes nothing: the decision stands."""
    if review.submission is None or review.status is not Status.PENDING:
        return []
    about = review.submission
    return [
        ReviewCancelled(
            item_id=about.item_id, revision=about.revision, by=command.by, at=command.at
        )
    ]


def _pass(command: PassStep, review: Review) -> Sequence[ReviewEvent]:
    submission, decided = _admitted(command, review)
    if command.cleared.manifest_hash != submission.manifest_hash:
        raise OtherText(field="manifestHash")
    if not review.last:
        following = review.steps[len(review.decisions) + 1].step
        return [ReviewStepPassed(**decided, note_hash=command.note_hash, next_step=following)]
    passed = ReviewStepPassed(**decided, note_hash=command.note_hash, next_step=None)
    if submission.attribute == "WITHHELD":
        return [passed, _agreed_withheld(command, submission, decided)]
    return [passed, _approved(command, submission, review, passed)]


def _approved(
    command: PassStep, submission: Submission, review: Review, last: ReviewStepPassed
) -> ItemApproved:
    return ItemApproved(
        **submission.carried(),
        title=command.cleared.title,
        doc_no=command.cleared.doc_no,
        determined_on=legal_day(command.at),
        release=review.release,
        decisions=(*review.decisions, decision_of(last)),
    )


def _agreed_withheld(command: PassStep, submission: Submission, decided: Json) -> ItemWithheld:
    """The drafter proposed not to disclose, with ground and reason, and all steps agree (S4-03)."""
    if submission.ground not in GROUNDS:
        raise GroundMissing("拟稿时没有写明不予公开的法定依据，请退回补充")
    return ItemWithheld(
        **decided,
        mode="WITHHELD",
        ground=submission.ground,
        reason_hash=submission.ground_reason_hash,
        withheld_id=command.withheld_id,
        determined_on=legal_day(command.at),
        destroy_text=submission.ground == CLASSIFIED,
    )


def _return(command: ReturnItem, review: Review) -> Sequence[ReviewEvent]:
    _, decided = _admitted(command, review)
    if not command.reason_hash:
        raise ReasonMissing(field="reason")
    return [ItemReturned(**decided, reason_hash=command.reason_hash)]


def _withhold(command: WithholdItem, review: Review) -> Sequence[ReviewEvent]:
    _, decided = _admitted(command, review)
    if command.by.role not in WITHHOLDERS:
        raise MayNotWithhold
    if command.ground not in GROUNDS:
        raise GroundMissing(field="ground")
    if not command.reason_hash:
        raise ReasonMissing(field="reason")
    return [
        ItemWithheld(
            **decided,
            mode=command.mode,
            ground=command.ground,
            reason_hash=command.reason_hash,
            withheld_id=command.withheld_id,
            determined_on=legal_day(command.at),
            destroy_text=command.ground == CLASSIFIED,
        )
    ]


def _admitted(command: Act, review: Review) -> tuple[Submission, Json]:
    """The submission and the fields of a decision, when this person may decide now on this text."""
    submission, step = review.submission, review.step
    if submission is None or step is None:
        raise NotUnderReview
    person = command.by.person
    if person in submission.authors:
        raise DrafterDecides
    if person in {decision.person for decision in review.decisions}:
        raise DecidedBefore
    if command.by.role not in step.roles:
        raise NotYourStep(f"当前环节是「{step.name}」，不由您的职责办理")
    if command.manifest_hash != submission.manifest_hash:
        raise OtherText(field="manifestHash")
    return submission, {
        "item_id": submission.item_id,
        "revision": submission.revision,
        "manifest_hash": command.manifest_hash,
        "step": step.step,
        "at": command.at,
        **command.by.model_dump(),
    }


REVIEW_DECIDER: Decider[ReviewCommand, Review, ReviewEvent] = Decider(Review(), decide, evolve)
