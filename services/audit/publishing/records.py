"""Records once more from the topics, for leaves whose records the database has lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.audit.domain.entry import QUARANTINE
from services.audit.domain.received import Received
from services.audit.feed import received
from services.audit.publishing.repair import Records
from shared.events import Json

BATCH = 2000


def from_topics(servers: str) -> Records:
    """Looks where the leaves say, and where a topic was made anew, all through it."""

    async def records(said: Sequence[Json]) -> Sequence[Sequence[Received]]:
        wanted = {_key(one) for one in said if one["src"][3]}
        places = {TopicPartition(*one["src"][:2]) for one in said if one["src"][3]}
        consumer = AIOKafkaConsumer(
            bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            found = await _read(consumer, places, wanted) if places else {}
        finally:
            await consumer.stop()
        return [found.get(_key(one), ()) for one in said]

    return records


async def _read(
    consumer: Any, places: set[TopicPartition], wanted: set[str]
) -> dict[str, list[Received]]:
    """Every record of these partitions whose id is wanted."""
    found: defaultdict[str, list[Received]] = defaultdict(list)
    consumer.assign(list(places))
    await consumer.seek_to_beginning(*places)
    ends = await consumer.end_offsets(list(places))
    open_ = {place for place in places if ends[place]}
    while open_:
        for some in (await consumer.getmany(timeout_ms=1000, max_records=BATCH)).values():
            for record in some:
                one = received(record, 1)
                for name in (_id(one), _place(one)):
                    if name in wanted:
                        found[name].append(one)
        open_ = {place for place in open_ if await consumer.position(place) < ends[place]}
    return found


def _key(said: Json) -> str:
    """By what a leaf's record is recognised: its id, or for an unreadable one its place."""
    if said["type"] == QUARANTINE:
        return "/".join(str(part) for part in said["src"][:3])
    id: str = said["id"]
    return id.partition("!")[0]


def _id(record: Received) -> str:
    return next((v.decode("utf-8", "replace") for n, v in record.headers if n == "ce_id"), "")


def _place(record: Received) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"
