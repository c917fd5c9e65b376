"""The publication: opened when approved, released by a person or by policy, public ring by ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.publisher.domain.clearance import Clearance
from services.publisher.domain.commands import (
    EndPosting,
    NoteConfirmed,
    OpenPublication,
    PublicationCommand,
    RecountPosting,
    ReleaseItem,
)
from services.publisher.domain.errors import (
    AlreadyReleased,
    NoSuchPublication,
    OlderRevision,
    StillPosting,
    TooEarly,
)
from services.publisher.domain.events import (
    ChannelNoted,
    ItemPublished,
    PostingEnded,
    PostingRecounted,
    PostUntil,
    PublicationCompleted,
    PublicationEvent,
    PublicationOpened,
    PublicationScheduled,
)
from services.publisher.domain.scopes import guard
from shared.decider import Decider


@dataclass(frozen=True)
class Publication:
    """Publication 公开发布, in its current round.

    `confirmed` holds (ring, channel); `public_on` the day each ring became public.
    """

    clearance: Clearance | None = None
    round: int = 0
    released: bool = False
    index_no: str | None = None
    confirmed: frozenset[tuple[int, str]] = frozenset()
    public_on: Mapping[int, date] = field(default_factory=dict)
    completed: bool = False
    post_until: PostUntil | None = None
    ended: bool = False


def decide(command: PublicationCommand, now: Publication) -> Sequence[PublicationEvent]:
    match command:
        case OpenPublication(clearance):
            return _open(clearance, now)
        case ReleaseItem():
            return _release(command, now)
        case NoteConfirmed():
            return _note(command, now)
        case RecountPosting(round, until):
            return _recount(round, until, now)
        case EndPosting(round, on):
            return _end(round, on, now)


def _open(clearance: Clearance, now: Publication) -> Sequence[PublicationEvent]:
    if now.clearance is not None and clearance.revision <= now.clearance.revision:
        raise OlderRevision
    return [PublicationOpened(clearance=clearance, round=now.round + 1)]


def _release(command: ReleaseItem, now: Publication) -> Sequence[PublicationEvent]:
    cleared = now.clearance
    if cleared is None:
        raise NoSuchPublication
    if now.released:
        raise AlreadyReleased
    guard(cleared.rings, command.matrix)
    return [
        PublicationScheduled(
            item_id=cleared.item_id,
            revision=cleared.revision,
            round=now.round,
            manifest_hash=cleared.manifest_hash,
            rings=cleared.rings,
            released_by=command.by,
            released_on=command.on,
            post_until=command.post_until,
            index_no=now.index_no or command.index_no,
            serial=None if now.index_no else command.serial,
        )
    ]


def _note(command: NoteConfirmed, now: Publication) -> Sequence[PublicationEvent]:
    cleared = now.clearance
    if cleared is None or not now.released or command.round != now.round:
        return []  # a late photo of an earlier round
    if (command.ring, command.channel) in now.confirmed:
        return []
    if command.ring > 0 and not _inside_first(command, now):
        raise TooEarly
    noted = ChannelNoted(
        round=command.round,
        ring=command.ring,
        channel=command.channel,
        occurred_on=command.occurred_on,
        evidence=command.evidence,
    )
    events: list[PublicationEvent] = [noted]
    if command.channel == cleared.rings[command.ring].lead_channel:
        events.append(_published(command, cleared, now))
    if (done := _completed(command, cleared, now)) is not None:
        events.append(done)
    return events


def _inside_first(command: NoteConfirmed, now: Publication) -> bool:
    """先党内、后党外 (S3-15), in the order of recording and in the order of days."""
    inside = now.public_on.get(command.ring - 1)
    return inside is not None and command.occurred_on >= inside


def _published(command: NoteConfirmed, cleared: Clearance, now: Publication) -> ItemPublished:
    ring = cleared.rings[command.ring]
    carried = {name: getattr(cleared, name) for name in CARRIED}
    receipt = {
        "channel": command.channel,
        "evidence": [evidence.wire() for evidence in command.evidence],
    }
    return ItemPublished(
        **carried,
        round=now.round,
        ring=command.ring,
        scope=ring.scope,
        audience=ring.audience,
        index_no=now.index_no or "",
        occurred_on=command.occurred_on,
        receipts=(receipt,),
        post_until=command.post_until,
        due_on=cleared.due_on,
    )


CARRIED = (
    "item_id", "revision", "kind", "relations", "agency", "disclosing_body", "affairs_type",
    "category", "policy_agency", "policy_version", "manifest_hash", "title", "doc_no", "obligation_id",
)  # fmt: skip


def _completed(
    command: NoteConfirmed, cleared: Clearance, now: Publication
) -> PublicationCompleted | None:
    confirmed = now.confirmed | {(command.ring, command.channel)}
    required = {(n, c) for n, ring in enumerate(cleared.rings) for c in ring.required_channels}
    if now.completed or not required <= confirmed:
        return None
    return PublicationCompleted(
        item_id=cleared.item_id,
        revision=cleared.revision,
        round=now.round,
        completed_on=command.occurred_on,
        channels=tuple(
            channel
            for n, ring in enumerate(cleared.rings)
            for channel in ring.channels
            if (n, channel) in confirmed
        ),
    )


def _recount(round: int, until: PostUntil, now: Publication) -> Sequence[PublicationEvent]:
    if round != now.round or not now.released or now.ended or until == now.post_until:
        return []
    return [PostingRecounted(round=round, post_until=until)]


def _end(round: int, on: date, now: Publication) -> Sequence[PublicationEvent]:
    cleared, until = now.clearance, now.post_until
    if cleared is None or round != now.round or now.ended:
        return []
    if until is None or until.open or until.date is None or on <= until.date:
        raise StillPosting
    return [
        PostingEnded(
            item_id=cleared.item_id, revision=cleared.revision, round=round, ended_on=until.date
        )
    ]


def evolve(now: Publication, event: PublicationEvent) -> Publication:
    match event:
        case PublicationOpened():
            return Publication(event.clearance, event.round, index_no=now.index_no)
        case PublicationScheduled():
            return replace(now, released=True, index_no=event.index_no, post_until=event.post_until)
        case ChannelNoted():
            return replace(now, confirmed=now.confirmed | {(event.ring, event.channel)})
        case ItemPublished():
            public_on = {**now.public_on, event.ring: event.occurred_on}
            return replace(now, public_on=public_on, post_until=event.post_until)
        case PublicationCompleted():
            return replace(now, completed=True)
        case PostingRecounted():
            return replace(now, post_until=event.post_until)
        case PostingEnded():
            return replace(now, ended=True)


PUBLICATION = Decider(initial=Publication(), decide=decide, evolve=evolve)
