"""What can have happened to a publication."""

from __future__ import annotations

import datetime as dt
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.publisher.domain.clearance import Clearance, Ring
from shared.events import Codec, Event, Json, Wire


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
    """排期: released. The index number is given here (ADR 0006): it must stand on what is shown.

    `serial` only when the number is new in its agency and year.
    """

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
    serial: int | None = None


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


class PostingRecounted(Event):
    """A working fact: the end of the posting after a calendar year was published, no longer provisional."""

    type: Literal["publisher.posting-recounted.v1"] = "publisher.posting-recounted.v1"
    round: int
    post_until: PostUntil


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
    | PostingRecounted
    | PostingEnded
)
PUBLICATION_CODEC: Codec[PublicationEvent] = Codec(
    Annotated[PublicationEvent, Field(discriminator="type")]
)
