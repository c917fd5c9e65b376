"""Where a word stands: facts and messages of all five event stores, and every topic of the broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.databases import SERVICES
from tests.faults.comparison import connect, settled
from tests.faults.house import House

STORED = "SELECT type, stream, data::text AS data, message FROM events"
OFFSETS = "__consumer_offsets"  # the broker's own, binary


@dataclass(frozen=True)
class Found:
    """`value` is the whole text in which the word stands, for example a title; raw bytes as they are."""

    place: str
    value: str


async def everywhere(house: House, word: str) -> list[Found]:
    """Every occurrence, once nothing is on its way any more and the topics hold all facts."""
    stores = {service: await connect(house, service) for service in SERVICES}
    try:
        row = await settled(stores)
        assert row.good, row
        found = [one for name, db in stores.items() for one in await _stored(name, db, word)]
    finally:
        for db in stores.values():
            await db.close()
    return found + await _carried(house, word)


def stray(found: Iterable[Found], allowed: Iterable[str]) -> list[Found]:
    """What stands where it must not: an allowed text is allowed as a whole only."""
    public = set(allowed)
    return [one for one in found if one.value not in public]


async def _stored(service: str, db: Any, word: str) -> list[Found]:
    return [
        one
        for row in await db.fetch(STORED)
        for part, content in (
            ("stream", row["stream"].encode()),
            ("data", row["data"].encode()),
            ("message", row["message"]),
        )
        for one in occurrences(f"{service} {row['type']} {part}", content, word)
    ]


async def _carried(house: House, word: str) -> list[Found]:
    found: list[Found] = []
    async for record in _records(f"127.0.0.1:{house.home.ports['kafka']}"):
        parts = [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
        for part in parts:
            found += occurrences(f"topic {record.topic}", part, word)
    return found


async def _records(broker: str) -> Any:
    """Everything that the broker holds, from the first offset to the last of this moment."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False)
    await admin.start()
    await consumer.start()
    try:
        topics = [one for one in await admin.describe_topics() if one["topic"] != OFFSETS]
        places = [
            TopicPartition(one["topic"], part["partition"])
            for one in topics
            for part in one["partitions"]
        ]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                for record in batch:
                    yield record
    finally:
        await consumer.stop()
        await admin.close()


def occurrences(place: str, content: bytes, word: str) -> Iterator[Found]:
    """The texts of a JSON document that hold the word; of anything else, the bytes themselves."""
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        parsed = content.decode("utf-8", errors="replace")
    for text in _texts(parsed):
        if word in text:
            yield Found(place, text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)
