"""Kafka records for ledger tests, made the way the relay makes them."""

from datetime import UTC, datetime, timedelta

import orjson

from services.audit.domain.received import Received
from shared.envelope import Message, message_of
from shared.events import Json

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
TOPIC_TIME = 1_763_740_800_123


def message(
    type: str,
    stream: str,
    version: int = 1,
    data: Json | None = None,
    *,
    agency: str = "linjiang-sfj",
    position: int = 1,
    actor: str = "p-chen",
    minutes: int = 0,
    at: datetime = NOON,
) -> Message:
    row = {
        "stream": stream, "version": version, "type": type, "agency": agency, "actor": actor,
        "recorded_at": at + timedelta(minutes=minutes), "correlation": "c-1", "causation": None,
        "position": position, "message": orjson.dumps(data or {"n": version}),
    }  # fmt: skip
    return message_of(type.partition(".")[0], row)


def record(message: Message, offset: int = 0, partition: int = 0, generation: int = 1) -> Received:
    headers = tuple((name, value.encode()) for name, value in message.headers.items())
    return Received(
        message.topic, partition, offset, generation, TOPIC_TIME,
        message.key.encode(), headers, message.value,
    )  # fmt: skip
