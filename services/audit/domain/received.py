"""One Kafka record as it came, and the length-prefixed frame that is committed to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from shared.envelope import Unreadable

Source = tuple[str, int, int, int]  # topic, partition, offset, generation of the topic


class Received(NamedTuple):
    """Bytes, place and broker time (ms since 1970 UTC)."""

    topic: str
    partition: int
    offset: int
    generation: int
    timestamp: int
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes

    @property
    def source(self) -> Source:
        return (self.topic, self.partition, self.offset, self.generation)

    @property
    def frame(self) -> bytes:
        """Everything received: kept of a record that cannot be read."""
        return framed(self.key, self.headers, self.value)

    @property
    def attributes(self) -> bytes:
        """Key, sorted `ce_*` headers and value: the same bytes as `shared.envelope.framed`."""
        own = [header for header in self.headers if header[0][:3] == "ce_"]
        return framed(self.key, sorted(own), self.value)

    @property
    def anchor(self) -> bytes:
        """Recognises this very record: after a restart the topic must still hold it there."""
        return sha256(self.timestamp.to_bytes(8, "big", signed=True) + self.frame).digest()


def framed(key: bytes, headers: Iterable[tuple[str, bytes]], value: bytes) -> bytes:
    """Unambiguous: each part has its length before it (4 bytes, big-endian)."""
    pieces = [_length(len(key)), key]
    for name, content in headers:
        pieces += (_name(name), _length(len(content)), content)
    return b"".join((*pieces, _length(len(value)), value))


def parts(frame: bytes) -> list[bytes]:
    """The parts of a frame. Raises Unreadable."""
    found, at, size = [], 0, len(frame)
    while at < size:
        start = at + 4
        at = start + int.from_bytes(frame[at:start], "big")
        found.append(frame[start:at])
    if at != size or len(found) < 2 or len(found) % 2:
        raise Unreadable("broken frame")
    return found


def received(frame: bytes, source: Source, timestamp: int) -> Received:
    """A record again, from its frame. Raises Unreadable."""
    key, *headers, value = parts(frame)
    topic, partition, offset, generation = source
    pairs = tuple(zip(_names(headers[::2]), headers[1::2], strict=True))
    return Received(topic, partition, offset, generation, timestamp, key, pairs, value)


def _names(names: Sequence[bytes]) -> list[str]:
    try:
        return [name.decode() for name in names]
    except UnicodeDecodeError as error:
        raise Unreadable("a header's name is not UTF-8") from error


@lru_cache(1024)
def _length(length: int) -> bytes:
    return length.to_bytes(4, "big")


@lru_cache(64)  # the same dozen names in every record
def _name(name: str) -> bytes:
    data = name.encode()
    return _length(len(data)) + data
