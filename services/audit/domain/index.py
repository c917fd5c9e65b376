"""What is looked up in the ledger: the row derived from a leaf and its record. Pure.

The writer inserts it, verification derives it again and compares.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from services.audit.domain.entry import (
    CONFLICT,
    QUARANTINE,
    SYSTEM,
    Entry,
    content_of,
    quarantined,
    read,
)
from services.audit.domain.received import Source, parts, received
from services.audit.domain.system import system_again
from shared.envelope import Message, Unreadable, framed
from shared.events import Json


class Row(NamedTuple):
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
    return Row(
        entry.id,
        entry.type,
        entry.service,
        entry.stream,
        entry.subject,
        entry.version,
        entry.position if entry.is_event else None,
        entry.agency,
        entry.actor,
        entry.correlation,
        datetime.fromisoformat(entry.time).astimezone(UTC),
        datetime.fromtimestamp(entry.timestamp / 1000, UTC),
        entry.item,
    )


def content(frame: bytes) -> Json:
    """The message's data. Raises Unreadable."""
    return content_of(parts(frame)[-1])


def entry_again(frame: bytes, source: Source, timestamp: int, type_: str) -> Entry:
    """The entry a sealed record must have led to; `type_` only tells which of the ways.

    Raises Unreadable.
    """
    record = received(frame, source, timestamp)
    if type_ == QUARANTINE:
        return quarantined(record)
    if type_ in SYSTEM:
        return system_again(record)
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
