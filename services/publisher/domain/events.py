"""What can have happened to a publication and to its deliveries."""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.events import Codec, Event, Json, Wire


class Ring(Wire):
    """One audience and its channels; rings are ordered from the inside out."""

    scope: str
    audience: tuple[str, ...] = ()
    channels: tuple[str, ...]
    required_channels: tuple[str, ...]
    lead_channel: str


class Clearance(Wire):
    """What was approved, and may therefore be shown: the only way to the public."""

    item_id: str
    revision: int
    kind: str = "DISCLOSURE"
    relations: tuple[Json, ...] = ()
    agency: str
    disclosing_body: str
    affairs_type: str
    category: str
    policy_agency: str
    policy_version: str
    manifest_hash: str
    title: str
    doc_no: str | None = None
    attribute: str = "PROACTIVE"
    rings: tuple[Ring, ...]
    duration_class: str = "IMMEDIATE"
    important: bool = False
    determined_on: date
    release: Literal["OFFICE", "POLICY"] = "OFFICE"
    publish_by: Json | None = None
    obligation_id: str | None = None
    formed_on: date | None = None
    decisions: tuple[Json, ...] = ()
    feedback_id: str | None = None

    @property
    def due_on(self) -> date | None:
        return date.fromisoformat(self.publish_by["due"]) if self.publish_by else None


class PostUntil(Wire):
    """Until when it stays at least: `date`, or `open` end; `rule` explains it."""

    date: dt.date | None = None
    open: bool = False
    rule: Json | None = None


class Evidence(Wire):
    """What proves that it was shown: URL, PHOTO, MINUTES or ARTICLE, with the hash of what was shown."""

    kind: str
    ref: str
    sha256: str | None = None


class PublicationOpened(Event):
    """A working fact: an approved revision waits for release."""

    type: Literal["publisher.publication-opened.v1"] = "publisher.publication-opened.v1"
    clearance: Clearance
    round: int


class PublicationScheduled(Event):
    """排期: released; the index number is reserved here (ADR 0006)."""

    type: Literal["publisher.publication-scheduled.v1"] = "publisher.publication-scheduled.v1"
    item_id: str
    revision: int
    round: int
    manifest_hash: str
    rings: tuple[Ring, ...]
    released_by: str
    released_on: date
    post_until: PostUntil
    index_no: str


class ChannelNoted(Event):
    """A working fact: the publication knows that one of its channels is confirmed."""

    type: Literal["publisher.channel-noted.v1"] = "publisher.channel-noted.v1"
    round: int
    ring: int
    channel: str
    occurred_on: date
    evidence: tuple[Evidence, ...]


class ItemPublished(Event):
    """公开: once per revision, ring and round, when the ring's leading channel is confirmed."""

    type: Literal["publisher.item-published.v1"] = "publisher.item-published.v1"
    item_id: str
    revision: int
    kind: str
    relations: tuple[Json, ...]
    agency: str
    disclosing_body: str
    affairs_type: str
    category: str
    policy_agency: str
    policy_version: str
    manifest_hash: str
    round: int
    ring: int
    scope: str
    audience: tuple[str, ...]
    title: str
    doc_no: str | None
    index_no: str
    occurred_on: date
    receipts: tuple[Json, ...]
    post_until: PostUntil
    obligation_id: str | None
    due_on: date | None


class PublicationCompleted(Event):
    """渠道完成: all required channels of all rings are confirmed."""

    type: Literal["publisher.publication-completed.v1"] = "publisher.publication-completed.v1"
    item_id: str
    revision: int
    round: int
    completed_on: date
    channels: tuple[str, ...]


class PostingEnded(Event):
    """公示期满: the page stays reachable with its status."""

    type: Literal["publisher.posting-ended.v1"] = "publisher.posting-ended.v1"
    item_id: str
    revision: int
    round: int
    ended_on: date
    reason: str = "TERM"


PublicationEvent = (
    PublicationOpened
    | PublicationScheduled
    | ChannelNoted
    | ItemPublished
    | PublicationCompleted
    | PostingEnded
)
PUBLICATION_CODEC: Codec[PublicationEvent] = Codec(
    Annotated[PublicationEvent, Field(discriminator="type")]
)


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


DeliveryEvent = DeliveryPlanned | DeliverySubmitted | DeliveryConfirmed | DeliveryFailed
DELIVERY_CODEC: Codec[DeliveryEvent] = Codec(Annotated[DeliveryEvent, Field(discriminator="type")])


class Read(Event):
    """A receipt of reading (阅知回执) of an internal disclosure: a working fact."""

    type: Literal["publisher.read.v1"] = "publisher.read.v1"
    item_id: str
    person: str


READING_CODEC: Codec[Read] = Codec(Read)
