"""Withheld record 不予公开登记: lives for years, looked at again every year (OGI Regulations art. 18)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.approval.domain.commands import RaiseReReview, RegisterWithheld, WithheldCommand
from services.approval.domain.errors import AlreadyRegistered, NotRegistered
from services.approval.domain.events import WithheldEvent, WithheldRegistered, WithheldReviewDue
from services.approval.domain.submission import CLASSIFIED
from shared.decider import Decider

LONGEST_FOR_SECRETS = 12


@dataclass(frozen=True, slots=True)
class Withheld:
    """State: the day of the next review (legal day), and whether it has come."""

    review_by: date | None = None
    due: bool = False


def months_after(start: date, months: int) -> date:
    """The same day so many calendar months later; the month's last day where there is none such."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def review_day(ground: str, on: date, interval_months: int) -> date:
    """The policy's interval; never more than a year for a state secret."""
    longest = LONGEST_FOR_SECRETS if ground == CLASSIFIED else interval_months
    return months_after(on, min(interval_months, longest))


def decide(command: WithheldCommand, record: Withheld) -> Sequence[WithheldEvent]:
    match command:
        case RegisterWithheld():
            return [_registered(command, record)]
        case RaiseReReview(at=at):
            if record.review_by is None:
                raise NotRegistered
            return [] if record.due else [WithheldReviewDue(at=at)]


def _registered(command: RegisterWithheld, record: Withheld) -> WithheldRegistered:
    if record.review_by is not None:
        raise AlreadyRegistered
    return WithheldRegistered(
        withheld_id=command.withheld_id,
        item_id=command.item_id,
        revision=command.revision,
        neutral_title_hash=command.neutral_title_hash,
        ground=command.ground,
        mode=command.mode,
        reason_hash=command.reason_hash,
        registered_on=command.on,
        review_by=review_day(command.ground, command.on, command.interval_months),
    )


def evolve(record: Withheld, event: WithheldEvent) -> Withheld:
    match event:
        case WithheldRegistered():
            return Withheld(event.review_by)
        case WithheldReviewDue():
            return replace(record, due=True)


WITHHELD_DECIDER: Decider[WithheldCommand, Withheld, WithheldEvent] = Decider(
    Withheld(), decide, evolve
)
