"""What becomes an entry of the ledger (台账): a record that reads, or one that does not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256

import orjson

from services.audit.domain.received import Received, Source
from shared.envelope import Unreadable
from shared.events import Json

CONFLICT = "audit.conflict.v1"
QUARANTINE = "audit.quarantine.v1"
# What the log says of itself; no service can say it through a topic.
GENESIS = "log.genesis.v1"
FREEZE = "log.freeze.v1"
DAY = "audit.day.v1"
ERASURE = "audit.erasure.v1"
GAP = "audit.gap.v1"
ROTATION = "audit.key.rotate.v1"
SYSTEM = frozenset({GENESIS, FREEZE, DAY, ERASURE, GAP, ROTATION})
RESERVED = SYSTEM | {CONFLICT, QUARANTINE}
SUBJECTLESS = "quarantine"
LONGEST = 512  # characters of a header that goes into the leaf
ROOM = 3_400  # bytes of a leaf (at most 4,096) that they may fill together, as JSON
LATEST = 253_402_300_799_000  # ms: the end of the year 9999


@dataclass(frozen=True)
class Entry:
    """What one record says of itself, checked, and the framed bytes that are committed to.

    `item` is the disclosure item (公开事项) it tells of, as far as the record itself says.
    """

    id: str
    type: str
    agency: str
    actor: str
    correlation: str
    stream: str
    version: int
    position: int
    time: str
    source: Source
    timestamp: int
    framed: bytes
    item: str | None = None

    @cached_property
    def service(self) -> str:
        return self.source[0].removeprefix("gongkai.")

    @property
    def category(self) -> str:
        return self.stream.partition("-")[0]

    @cached_property
    def subject(self) -> str:
        """Whose key protects it: the aggregate's id, the same in every service."""
        return self.stream.partition("-")[2] or self.stream

    @property
    def is_event(self) -> bool:
        """A fact of a service, counted by its watermark."""
        return self.type not in RESERVED

    def as_conflict(self) -> Entry:
        """The entry for other content under an id already taken. The same content has one entry."""
        mark = sha256(self.framed).hexdigest()[:16]
        return replace(self, id=f"{self.id}!{mark}", type=CONFLICT, item=None)


def read(record: Received) -> Entry:
    """Raises Unreadable when the record is no message of the service whose topic it lies on."""
    entry = parsed(record)
    if not entry.type.startswith(f"{entry.service}.") or not entry.is_event:
        raise Unreadable("the type does not belong on this topic")
    return entry


def parsed(record: Received) -> Entry:
    """The entry of a record whose headers agree with each other, whatever its type. Raises Unreadable."""
    headers = texts(record)
    try:
        stream = headers["ce_subject"]
        entry = Entry(
            headers["ce_id"], headers["ce_type"], headers["ce_agency"], headers["ce_actor"],
            headers["ce_correlationid"], stream, number(headers["ce_sequence"]),
            number(headers["ce_position"]), headers["ce_time"], record.source, record.timestamp,
            record.attributes, item_of(stream, content_of(record.value)),
        )  # fmt: skip
    except KeyError as error:
        raise Unreadable(f"header {error} is missing") from None
    _agree(entry, record)
    return entry


def quarantined(record: Received) -> Entry:
    """The entry for an unreadable record: nothing it says is believed, all its bytes are kept."""
    place = "/".join(str(part) for part in record.source)
    timestamp = min(max(record.timestamp, 0), LATEST)
    time = datetime.fromtimestamp(timestamp / 1000, UTC)
    return Entry(
        id=f"{SUBJECTLESS}-{place}:1", type=QUARANTINE, agency="-", actor="-", correlation="-",
        stream=f"{SUBJECTLESS}-{place}", version=1, position=0,
        time=time.isoformat(timespec="milliseconds"), source=record.source,
        timestamp=timestamp, framed=record.frame,
    )  # fmt: skip


def texts(record: Received) -> dict[str, str]:
    """The headers as text. Raises Unreadable."""
    try:
        headers = {name: value.decode() for name, value in record.headers}
    except UnicodeDecodeError as error:
        raise Unreadable("key or headers are not UTF-8") from error
    if len(headers) != len(record.headers):
        raise Unreadable("a header is given twice")
    return headers


def content_of(value: bytes) -> Json:
    """The data of a message. Raises Unreadable."""
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable(str(error)) from error
    if not isinstance(data, dict):
        raise Unreadable("the value is no JSON object")
    return data


def item_of(stream: str, data: Json) -> str | None:
    """The item an event tells of: named in it, or the one whose stream it belongs to."""
    subject = data.get("subject")
    if isinstance(subject, dict) and subject.get("type") == "ITEM":
        item = subject.get("id")
    else:
        category, _, key = stream.partition("-")
        item = data.get("itemId") or (key if category == "item" else None)
    named = isinstance(item, str) and 0 < len(item) <= LONGEST and "\x00" not in item
    return item if named else None


def number(text: str) -> int:
    """Raises Unreadable."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Unreadable("a number is no number")
    return int(text)


def _agree(entry: Entry, record: Received) -> None:
    """What the headers say must agree with each other and with the key."""
    if entry.id != f"{entry.stream}:{entry.version}" or entry.version < 1:
        raise Unreadable("ce_id is not stream:version")
    if record.key != entry.stream.encode():
        raise Unreadable("the key is not the stream")
    if entry.version > 2**31 - 1 or not 0 <= entry.timestamp <= LATEST:
        raise Unreadable("a number is out of range")
    said = (entry.id, entry.type, entry.agency, entry.actor, entry.correlation, entry.time)
    if max(map(len, said)) > LONGEST or "\x00" in "".join(said):
        raise Unreadable("a header is too long or holds NUL")
    if len(orjson.dumps(said)) > ROOM:
        raise Unreadable("the headers are too long for a leaf")
    try:
        datetime.fromisoformat(entry.time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("ce_time is no time") from error
