"""The exact bytes that become a leaf of the ledger (台账), version 1. Pure.

A leaf holds commitments and non-personal facts only; the record itself lies beside it, sealed.
It is a deterministic function of the Kafka record and the subject's key.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from services.audit.domain.canonical import canonical
from shared.envelope import Message, Unreadable, framed

VERSION = 1
ALGORITHM = "hmac-sha256/1"
SALT = b"audit/salt/v1"
CONFLICT = "audit.conflict.v1"
QUARANTINE = "audit.quarantine.v1"
SUBJECTLESS = "quarantine"
LONGEST = 512  # characters of a header that goes into the leaf
LATEST = 253_402_300_799_000  # ms: the end of the year 9999


@dataclass(frozen=True)
class Received:
    """One Kafka record as it came: bytes, place and broker time (ms since 1970 UTC)."""

    topic: str
    partition: int
    offset: int
    generation: int
    timestamp: int
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes

    @property
    def frame(self) -> bytes:
        """Everything received, each part length-prefixed (4 bytes, big-endian)."""
        parts = [self.key, *(part for n, v in self.headers for part in (n.encode(), v)), self.value]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    @property
    def anchor(self) -> bytes:
        """Recognises this very record: after a restart the topic must still hold it there."""
        return sha256(self.timestamp.to_bytes(8, "big", signed=True) + self.frame).digest()


@dataclass(frozen=True)
class Entry:
    """What one record says of itself, checked, and the framed bytes that are committed to."""

    id: str
    type: str
    agency: str
    actor: str
    correlation: str
    stream: str
    version: int
    position: int
    time: str
    source: tuple[str, int, int, int]
    timestamp: int
    framed: bytes

    @property
    def service(self) -> str:
        return self.source[0].removeprefix("gongkai.")

    @property
    def category(self) -> str:
        return self.stream.partition("-")[0]

    @property
    def subject(self) -> str:
        """Whose key protects it: the aggregate's id, the same in every service."""
        return self.stream.partition("-")[2] or self.stream

    @property
    def is_event(self) -> bool:
        return self.type not in (CONFLICT, QUARANTINE)

    def as_conflict(self) -> Entry:
        """The entry for other content under an id already taken. The same content has one entry."""
        mark = sha256(self.framed).hexdigest()[:16]
        return replace(self, id=f"{self.id}!{mark}", type=CONFLICT)


def read(record: Received) -> Entry:
    """Raises Unreadable when the record is no message of the service whose topic it lies on."""
    message = message_from(record)
    entry = Entry(
        id=message.id,
        type=message.type,
        agency=message.agency,
        actor=message.actor,
        correlation=message.correlation,
        stream=message.stream,
        version=message.version,
        position=_number(message.headers.get("ce_position", "")),
        time=message.headers.get("ce_time", ""),
        source=_source(record),
        timestamp=record.timestamp,
        framed=framed(message),
    )
    _agree(entry, message)
    return entry


def quarantined(record: Received) -> Entry:
    """The entry for an unreadable record: nothing it says is believed, all its bytes are kept."""
    place = "/".join(str(part) for part in _source(record))
    timestamp = min(max(record.timestamp, 0), LATEST)
    time = datetime.fromtimestamp(timestamp / 1000, UTC)
    return Entry(
        id=f"{SUBJECTLESS}-{place}:1", type=QUARANTINE, agency="-", actor="-", correlation="-",
        stream=f"{SUBJECTLESS}-{place}", version=1, position=0,
        time=time.isoformat(timespec="milliseconds"), source=_source(record),
        timestamp=timestamp, framed=record.frame,
    )  # fmt: skip


def message_from(record: Received) -> Message:
    """The record as a message of ours. Raises Unreadable."""
    names = [name for name, _ in record.headers]
    if len(set(names)) != len(names):
        raise Unreadable("a header is given twice")
    try:
        headers = {name: value.decode() for name, value in record.headers}
        key = record.key.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("key or headers are not UTF-8") from error
    return Message(record.topic, key, headers, record.value)


def salt(dek: bytes, entry_id: str) -> bytes:
    """Makes the commitment hiding and unlinkable; derived, so that taking in again gives the same."""
    return hmac.digest(dek, SALT + entry_id.encode(), "sha256")


def commitment(dek: bytes, entry_id: str, frame: bytes) -> str:
    """Commits to key, `ce_*` headers and value (43 characters, base64url)."""
    return _base64(hmac.digest(salt(dek, entry_id), frame, "sha256"))


def leaf(entry: Entry, dek: bytes, handle: str) -> bytes:
    """The bytes that are hashed. `handle` is the subject's keyed name: outsiders cannot link by it."""
    return canonical(
        {
            "agg": entry.category,
            "alg": ALGORITHM,
            "av": entry.version,
            "id": entry.id,
            "kts": entry.timestamp,
            "org": entry.agency,
            "pc": commitment(dek, entry.id, entry.framed),
            "position": entry.position,
            "ref": handle,
            "src": list(entry.source),
            "svc": entry.service,
            "t": entry.time,
            "type": entry.type,
            "v": VERSION,
        }
    )


def _agree(entry: Entry, message: Message) -> None:
    """What the headers say must agree with each other and with the topic."""
    if entry.id != f"{entry.stream}:{entry.version}" or entry.version < 1:
        raise Unreadable("ce_id is not stream:version")
    if message.key != entry.stream:
        raise Unreadable("the key is not the stream")
    if not entry.type.startswith(f"{entry.service}.") or not entry.is_event:
        raise Unreadable("the type does not belong on this topic")
    if entry.version > 2**31 - 1 or not 0 <= entry.timestamp <= LATEST:
        raise Unreadable("a number is out of range")
    said = (entry.id, entry.type, entry.agency, entry.actor, entry.correlation, entry.time)
    if any(len(text) > LONGEST or "\x00" in text for text in said):
        raise Unreadable("a header is too long or holds NUL")
    _ = _moment(entry.time), message.data


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("ce_time is no time") from error


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Unreadable("ce_position is no number")
    return int(text)


def _source(record: Received) -> tuple[str, int, int, int]:
    return (record.topic, record.partition, record.offset, record.generation)


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
