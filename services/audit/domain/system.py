"""What the log says of itself: genesis, days, erasures, gaps, key rotation, freeze. Pure.

Written like the record of a service, so that it is committed to, sealed and exported like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from services.audit.domain.canonical import Value, canonical
from services.audit.domain.entry import SYSTEM, Entry, parsed
from services.audit.domain.received import Received
from shared.envelope import Unreadable, message_of

ACTOR = "service:audit"
OWN = (0, 0, 0)  # partition, offset, generation of a record that came through no topic


def system_entry(
    type: str, stream: str, at: datetime, said: Mapping[str, Value], agency: str = "-"
) -> Entry:
    """The one entry of `stream`, said by the log at `at`. Raises NotCanonical."""
    row = {
        "stream": stream, "version": 1, "type": type, "agency": agency, "actor": ACTOR,
        "recorded_at": at, "correlation": stream, "causation": None, "position": 0,
        "message": canonical(said),
    }  # fmt: skip
    message = message_of(type.partition(".")[0], row)
    headers = tuple((n, v.encode()) for n, v in message.headers.items() if n.startswith("ce_"))
    timestamp = int(at.astimezone(UTC).timestamp() * 1000)
    return system_again(
        Received(message.topic, *OWN, timestamp, message.key.encode(), headers, message.value)
    )


def system_again(record: Received) -> Entry:
    """The entry of a record the log made itself. Raises Unreadable."""
    entry = parsed(record)
    own = entry.source == (f"gongkai.{entry.type.partition('.')[0]}", *OWN)
    if not own or entry.type not in SYSTEM:
        raise Unreadable("the log never said this")
    return replace(entry, item=None)
