"""CloudEvents 1.0 in Kafka binary mode: how a fact travels, and how it is read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson

from shared.events import Json


class Unreadable(Exception):
    """A record that is no CloudEvent of ours."""


@dataclass(frozen=True)
class Message:
    """One Kafka record. `headers` hold the `ce_*` attributes; `value` is JSON bytes."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes
    partition: int = -1
    offset: int = -1
    timestamp: int = field(default=0, compare=False)  # broker time, ms since 1970 UTC

    def _header(self, name: str) -> str:
        try:
            return self.headers[name]
        except KeyError:
            raise Unreadable(f"header {name} is missing") from None

    @property
    def id(self) -> str:
        return self._header("ce_id")

    @property
    def type(self) -> str:
        return self._header("ce_type")

    @property
    def stream(self) -> str:
        return self._header("ce_subject")

    @property
    def version(self) -> int:
        try:
            return int(self._header("ce_sequence"))
        except ValueError:
            raise Unreadable("ce_sequence is no number") from None

    @property
    def agency(self) -> str:
        return self._header("ce_agency")

    @property
    def actor(self) -> str:
        return self._header("ce_actor")

    @property
    def correlation(self) -> str:
        return self._header("ce_correlationid")

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self._header("ce_time"))

    @cached_property
    def data(self) -> Json:
        try:
            data = orjson.loads(self.value)
        except orjson.JSONDecodeError as error:
            raise Unreadable(str(error)) from error
        if not isinstance(data, dict):
            raise Unreadable("the value is no JSON object")
        return data


def message_of(service: str, row: Mapping[str, Any]) -> Message:
    """The message of a stored fact: headers from the row, value as it was stored with it."""
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": f"{row['stream']}:{row['version']}",
        "ce_type": row["type"],
        "ce_source": f"/{service}",
        "ce_time": row["recorded_at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "ce_subject": row["stream"],
        "ce_agency": row["agency"],
        "ce_actor": row["actor"],
        "ce_correlationid": row["correlation"],
        "ce_sequence": str(row["version"]),
        "ce_position": str(row["position"]),
    }
    if row["causation"]:
        headers["ce_causationid"] = row["causation"]
    return Message(f"gongkai.{service}", row["stream"], headers, bytes(row["message"]))


def framed(message: Message) -> bytes:
    """What a commitment to a message covers: key, sorted `ce_*` headers and value, each length-prefixed.

    Unambiguous: no two different messages have the same bytes (4-byte big-endian lengths).
    """
    attributes = sorted(i for i in message.headers.items() if i[0].startswith("ce_"))
    parts = [message.key.encode()]
    for name, value in attributes:
        parts += [name.encode(), value.encode()]
    parts.append(message.value)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def fingerprint(message: Message) -> str:
    """SHA-256 (hex) of the framed message: by it a fact and its ledger entry are compared."""
    return sha256(framed(message)).hexdigest()
