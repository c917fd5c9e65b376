"""What can have happened to a delivery."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.publisher.domain.events import Evidence
from shared.events import Codec, Event


class DeliveryPlanned(Event):
    """A working fact: one channel of one round has to show it."""

    type: Literal["publisher.delivery-planned.v1"] = "publisher.delivery-planned.v1"
    item_id: str
    revision: int
    round: int
    ring: int
    scope: str
    channel: str
    manifest_hash: str


class DeliveryStarted(Event):
    """A working fact: about to hand over. After a crash it tells that this may have happened."""

    type: Literal["publisher.delivery-started.v1"] = "publisher.delivery-started.v1"
    item_id: str


class DeliverySubmitted(Event):
    """A working fact: handed over; the outcome comes later. `ref` is the channel's own id."""

    type: Literal["publisher.delivery-submitted.v1"] = "publisher.delivery-submitted.v1"
    item_id: str
    ref: str


class DeliveryConfirmed(Event):
    """发布回执: it was really shown; `occurred_on` may be earlier than the day it was recorded."""

    type: Literal["publisher.delivery-confirmed.v1"] = "publisher.delivery-confirmed.v1"
    item_id: str
    revision: int
    round: int
    ring: int
    channel: str
    occurred_on: date
    recorded_by: str
    evidence: tuple[Evidence, ...]


class DeliveryFailed(Event):
    """发布失败; tried again at `retry_at` (UTC)."""

    type: Literal["publisher.delivery-failed.v1"] = "publisher.delivery-failed.v1"
    item_id: str
    revision: int
    round: int
    ring: int
    channel: str
    attempt: int
    code: str
    retry_at: datetime


class DeliveryRetried(Event):
    """A working fact: a person did not want to wait for the next try; it is due at `at` (UTC)."""

    type: Literal["publisher.delivery-retried.v1"] = "publisher.delivery-retried.v1"
    item_id: str
    at: datetime


DeliveryEvent = (
    DeliveryPlanned
    | DeliveryStarted
    | DeliverySubmitted
    | DeliveryConfirmed
    | DeliveryFailed
    | DeliveryRetried
)
DELIVERY_CODEC: Codec[DeliveryEvent] = Codec(Annotated[DeliveryEvent, Field(discriminator="type")])
