"""The delivery: one channel, one round. Planned → started → submitted → confirmed, or failed, again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from services.publisher.domain.delivery_events import (
    DeliveryConfirmed,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryPlanned,
    DeliveryRetried,
    DeliveryStarted,
    DeliverySubmitted,
)
from services.publisher.domain.errors import NoSuchDelivery, NotFailed, NotWaiting
from services.publisher.domain.events import Evidence
from shared.decider import Decider

# Shown by us; every other channel is confirmed by hand, with evidence.
AUTOMATIC = frozenset({"WEBSITE", "INTRANET", "WECHAT"})
# Doing it twice would show it twice: the start is recorded before the act, so that a crash is noticed.
NOT_TWICE = frozenset({"WECHAT"})
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True)
class PlanDelivery:
    item_id: str
    revision: int
    round: int
    ring: int
    scope: str
    channel: str
    manifest_hash: str


@dataclass(frozen=True)
class StartDelivery:
    """Before the first act of a channel in NOT_TWICE."""


@dataclass(frozen=True)
class SubmitDelivery:
    ref: str


@dataclass(frozen=True)
class ConfirmDelivery:
    """`occurred_on`: the day it was really shown."""

    occurred_on: date
    by: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class FailDelivery:
    code: str
    at: datetime


@dataclass(frozen=True)
class RetryDelivery:
    """By hand: at once instead of at the time of the back-off."""

    at: datetime


DeliveryCommand = (
    PlanDelivery | StartDelivery | SubmitDelivery | ConfirmDelivery | FailDelivery | RetryDelivery
)


@dataclass(frozen=True)
class Delivery:
    """Delivery 渠道发布: what one channel has shown."""

    planned: DeliveryPlanned | None = None
    state: Literal["PENDING", "STARTED", "SUBMITTED", "CONFIRMED", "FAILED"] = "PENDING"
    attempts: int = 0


def delivery_key(item_id: str, ring: int, channel: str, round: int, repeated: bool = False) -> str:
    """`<item>-<channel>-<round>`; a channel used again in a later ring carries the ring's number."""
    return f"{item_id}-{channel}{ring if repeated else ''}-{round}"


def back_off(attempt: int) -> timedelta:
    """30 s, 1 min, 2 min … at most six hours."""
    doubled: int = 2 ** min(attempt - 1, 12)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def decide(command: DeliveryCommand, now: Delivery) -> Sequence[DeliveryEvent]:
    if isinstance(command, PlanDelivery):
        return [] if now.planned else [DeliveryPlanned(**command.__dict__)]
    if now.planned is None:
        raise NoSuchDelivery
    if now.state == "CONFIRMED":
        return _over(command)
    planned = now.planned
    match command:
        case StartDelivery():
            return [DeliveryStarted(item_id=planned.item_id)] if now.state == "PENDING" else []
        case SubmitDelivery(ref):
            return [DeliverySubmitted(item_id=planned.item_id, ref=ref)]
        case ConfirmDelivery():
            return [_confirmed(command, planned)]
        case FailDelivery(code, at):
            return [_failed(code, at, planned, now.attempts + 1)]
        case RetryDelivery(at):
            if now.state != "FAILED":
                raise NotFailed
            return [DeliveryRetried(item_id=planned.item_id, at=at)]


def _over(command: DeliveryCommand) -> Sequence[DeliveryEvent]:
    """Shown already: a late failure means nothing, everything else is a mistake."""
    if isinstance(command, FailDelivery):
        return []
    raise NotWaiting


def _confirmed(command: ConfirmDelivery, planned: DeliveryPlanned) -> DeliveryConfirmed:
    return DeliveryConfirmed(
        **_place(planned),
        occurred_on=command.occurred_on,
        recorded_by=command.by,
        evidence=command.evidence,
    )


def _failed(code: str, at: datetime, planned: DeliveryPlanned, attempt: int) -> DeliveryFailed:
    retry_at = at + back_off(attempt)
    return DeliveryFailed(**_place(planned), attempt=attempt, code=code, retry_at=retry_at)


def _place(planned: DeliveryPlanned) -> dict[str, str | int]:
    return planned.model_dump(include={"item_id", "revision", "round", "ring", "channel"})


def evolve(now: Delivery, event: DeliveryEvent) -> Delivery:
    match event:
        case DeliveryPlanned():
            return Delivery(event)
        case DeliveryStarted():
            return replace(now, state="STARTED")
        case DeliverySubmitted():
            return replace(now, state="SUBMITTED")
        case DeliveryConfirmed():
            return replace(now, state="CONFIRMED")
        case DeliveryFailed():
            return replace(now, state="FAILED", attempts=event.attempt)
        case DeliveryRetried():
            return now


DELIVERY = Decider(initial=Delivery(), decide=decide, evolve=evolve)
