"""What approval hears: submitted and withdrawn revisions; and what its timers do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from services.approval.aggregates import REVIEW, WITHHELD
from services.approval.domain.chain import chain_of
from services.approval.domain.commands import CancelReview, OpenReview, RaiseReReview
from services.approval.domain.review import review_key
from services.approval.domain.submission import Submission
from services.approval.projections import RE_REVIEW
from shared import reference
from shared.db import Db
from shared.envelope import Message
from shared.events import Wire
from shared.facts import Context, Facts
from shared.inbox import Handler
from shared.timers import Timer, TimerHandler


class Withdrawn(Wire):
    """What approval reads of ItemWithdrawnByDrafter."""

    item_id: str
    revision: int
    by: str


def handlers(facts: Facts) -> Mapping[str, Handler]:
    """A submission waits (NotReady) until the policy version it names has arrived."""

    async def submitted(db: Db, message: Message) -> None:
        about = Submission.model_validate(message.data)
        policy = await reference.policy_version(db, about.policy_agency, about.policy_version)
        command = OpenReview(submission=about, chain=chain_of(policy.data, about.chain))
        key = review_key(about.item_id, about.revision)
        await facts.execute_in(db, REVIEW, key, command, _context(facts, message))

    async def withdrawn(db: Db, message: Message) -> None:
        about = Withdrawn.model_validate(message.data)
        context = _context(facts, message)
        command = CancelReview(by=about.by, at=context.at)
        await facts.execute_in(
            db, REVIEW, review_key(about.item_id, about.revision), command, context
        )

    return {
        "catalog.item-submitted.v1": submitted,
        "catalog.item-withdrawn-by-drafter.v1": withdrawn,
    }


def timers(facts: Facts) -> Mapping[str, TimerHandler]:
    async def re_review(db: Db, timer: Timer) -> None:
        now = datetime.now(UTC)
        key = timer.stream.removeprefix("withheld-")
        await facts.execute_in(
            db, WITHHELD, key, RaiseReReview(at=now), timer.context(facts.actor, now)
        )

    return {RE_REVIEW: re_review}


def _context(facts: Facts, message: Message) -> Context:
    """Approval acts because of the message, for the message's agency."""
    return Context(message.agency, facts.actor, datetime.now(UTC), message.correlation, message.id)
