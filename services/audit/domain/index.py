"""What is looked up in the ledger: the row derived from a leaf and its record. Pure.

The writer inserts it, verification derives it again and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from services.audit.domain.entry import (
    CONFLICT,
    LONGEST,
    QUARANTINE,
    Entry,
    Received,
    quarantined,
    read,
)
from shared.envelope import Message, Unreadable, framed
from shared.events import Json


@dataclass(frozen=True)
class Row:
    """One row of `ledger_event`. `position` is None where the entry is no fact of a service."""

    id: str
    type: str
    service: str
    stream: str
    subject: str
    version: int
    position: int | None
    agency: str
    actor: str
    correlation: str
    occurred_at: datetime
    kafka_at: datetime
    item: str | None


def row_of(entry: Entry) -> Row:
    """Raises Unreadable when the framed bytes are not what the entry says."""
    return Row(
        id=entry.id,
        type=entry.type,
        service=entry.service,
        stream=entry.stream,
        subject=entry.subject,
        version=entry.version,
        position=entry.position if entry.is_event else None,
        agency=entry.agency,
        actor=entry.actor,
        correlation=entry.correlation,
        occurred_at=datetime.fromisoformat(entry.time).astimezone(UTC),
        kafka_at=datetime.fromtimestamp(entry.timestamp / 1000, UTC),
        item=item_of(entry) if entry.is_event else None,
    )


def item_of(entry: Entry) -> str | None:
    """The disclosure item (公开事项) an event tells of, as far as the event itself says."""
    data = content(entry.framed)
    subject = data.get("subject")
    if isinstance(subject, dict) and subject.get("type") == "ITEM":
        item = subject.get("id")
    else:
        item = data.get("itemId") or (entry.subject if entry.category == "item" else None)
    named = isinstance(item, str) and 0 < len(item) <= LONGEST and "\x00" not in item
    return item if named else None


def parts(frame: bytes) -> list[bytes]:
    """The length-prefixed parts of a frame. Raises Unreadable."""
    found, at, size = [], 0, len(frame)
    while at < size:
        start = at + 4
        at = start + int.from_bytes(frame[at:start], "big")
        found.append(frame[start:at])
    if at != size or len(found) < 2 or len(found) % 2:
        raise Unreadable("broken frame")
    return found


def content(frame: bytes) -> Json:
    """The message's data."""
    data = orjson.loads(parts(frame)[-1])
    return data if isinstance(data, dict) else {}


def received(frame: bytes, source: tuple[str, int, int, int], timestamp: int) -> Received:
    """A record again, from what was sealed."""
    key, *headers, value = parts(frame)
    names = [name.decode() for name in headers[::2]]
    topic, partition, offset, generation = source
    pairs = tuple(zip(names, headers[1::2], strict=True))
    return Received(topic, partition, offset, generation, timestamp, key, pairs, value)


def entry_again(
    frame: bytes, source: tuple[str, int, int, int], timestamp: int, type_: str
) -> Entry:
    """The entry a sealed record must have led to; `type_` only tells which of the three ways."""
    record = received(frame, source, timestamp)
    if type_ == QUARANTINE:
        return quarantined(record)
    entry = read(record)
    return entry.as_conflict() if type_ == CONFLICT else entry


def message_again(frame: bytes, topic: str) -> Message:
    """The message of a sealed record (its `ce_*` headers)."""
    key, *headers, value = parts(frame)
    pairs = {n.decode(): v.decode() for n, v in zip(headers[::2], headers[1::2], strict=True)}
    message = Message(topic, key.decode(), pairs, value)
    if framed(message) != frame:
        raise Unreadable("broken frame")
    return message
