"""Every topic into the ledger: assigned by hand, read from where the last transaction says.

No consumer group: the place in the topics commits together with the leaves.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.audit import findings
from services.audit.domain.received import Received
from services.audit.house import House
from services.audit.log import Ledger
from services.audit.settings import AuditSettings

TOPICS = tuple(f"gongkai.{s}" for s in ("catalog", "approval", "publisher", "feedback", "audit"))
BATCH = 1000
HOUSEKEEPING = 1.0  # seconds between two looks at what the log has to say itself
log = structlog.get_logger()


class TopicsMissing(Exception):
    """The broker does not have all topics yet: tried again."""


@dataclass
class Place:
    """Where one partition stands. `anchor` is the last record taken in, at `next_offset` − 1."""

    generation: int
    next_offset: int
    anchor: bytes | None = None


@dataclass
class Feed:
    """Reads the assigned partitions and hands batches to the ledger."""

    ledger: Ledger
    consumer: Any
    settings: AuditSettings
    places: dict[TopicPartition, Place] = field(default_factory=dict)
    begins: Mapping[TopicPartition, int] = field(default_factory=dict)

    async def open(self, partitions: Sequence[TopicPartition]) -> None:
        """Assign every partition and go to its place; one record back, to see that it is still there."""
        self.consumer.assign(partitions)
        known = await self._known()
        begins = await self.consumer.beginning_offsets(partitions)
        ends = await self.consumer.end_offsets(partitions)
        for tp in partitions:
            place = known.get(tp, Place(1, begins[tp]))
            if place.next_offset > ends[tp]:
                place = Place(place.generation + 1, begins[tp])
            elif place.next_offset <= begins[tp]:
                await self._deleted(tp, place.next_offset, begins[tp])
                place = Place(place.generation, begins[tp])
            self.places[tp] = place
            self.consumer.seek(tp, place.next_offset - (1 if place.anchor else 0))
        self.begins = begins

    async def take(self, patience: float) -> list[Received]:
        """One batch in order of broker time, waiting so many seconds for it."""
        polled = await self.consumer.getmany(
            timeout_ms=max(1, int(1000 * patience)), max_records=BATCH
        )
        count = sum(map(len, polled.values()))
        if 0 < count < BATCH:
            await asyncio.sleep(self.settings.linger_seconds)
            more = await self.consumer.getmany(timeout_ms=0, max_records=BATCH - count)
            for tp, records in more.items():
                polled[tp] = [*polled.get(tp, ()), *records]
        return merged(self._own(tp, some) for tp, some in polled.items())

    async def read_again(self, service: str) -> None:
        """From the beginning of a service's topic: what is known is dropped, what was missed is not."""
        begun = [tp for tp in self.places if tp.topic == f"gongkai.{service}"]
        offsets = await self.consumer.beginning_offsets(begun)
        for tp in begun:
            self.places[tp].anchor = None
            self.consumer.seek(tp, offsets[tp])

    def _own(self, tp: TopicPartition, records: Sequence[Any]) -> list[Received]:
        place = self.places[tp]
        own = [received(record, place.generation) for record in records]
        anchor, place.anchor = place.anchor, None
        if anchor and own:
            if own[0].anchor != anchor:
                log.error("the topic is not the one we knew", topic=tp.topic, part=tp.partition)
                self.places[tp] = Place(place.generation + 1, self.begins[tp])
                self.consumer.seek(tp, self.begins[tp])
                return []
            return own[1:]
        return own

    async def _deleted(self, tp: TopicPartition, expected: int, begin: int) -> None:
        """Records that the topic dropped before they were read are a finding."""
        if expected < begin:
            log.error("records deleted unread", topic=tp.topic, first=expected, last=begin - 1)
            place = f"{tp.topic}/{tp.partition}"
            service = tp.topic.removeprefix("gongkai.")
            await self.ledger.db.execute(
                findings.FOUND, f"lost/{place}/{expected}", "lost", service, place,
                expected, begin - 1, None,
            )  # fmt: skip

    async def _known(self) -> Mapping[TopicPartition, Place]:
        rows = await self.ledger.db.fetch(
            "SELECT DISTINCT ON (topic, part) * FROM ledger_source"
            " ORDER BY topic, part, generation DESC"
        )
        return {
            TopicPartition(r["topic"], r["part"]): Place(
                r["generation"], r["next_offset"], r["anchor"]
            )
            for r in rows
        }


def received(record: Any, generation: int) -> Received:
    return Received(
        record.topic, record.partition, record.offset, generation, record.timestamp or 0,
        record.key or b"", tuple([(n, v or b"") for n, v in record.headers]), record.value or b"",
    )  # fmt: skip


def merged(partitions: Iterable[list[Received]]) -> list[Received]:
    """By broker time across partitions, as they lie within one."""
    return list(heapq.merge(*partitions, key=lambda record: record.timestamp))


async def partitions_of(servers: str) -> list[TopicPartition]:
    """All partitions of our topics. Raises TopicsMissing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        there = await admin.describe_topics(list(TOPICS))
    finally:
        await admin.close()
    if faults := [topic["topic"] for topic in there if topic["error_code"]]:
        raise TopicsMissing(faults)
    return sorted(
        TopicPartition(topic["topic"], part["partition"])
        for topic in there
        for part in topic["partitions"]
    )


async def feed(
    ledger: Ledger, servers: str, settings: AuditSettings, house: House | None = None
) -> None:
    """Returns never; raises when the broker, the database or the lead is lost, and Frozen."""
    if house is None:
        house = House(ledger)
        await house.open("")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=100,
        metadata_max_age_ms=10_000,
    )
    try:
        await consumer.start()
        source = Feed(ledger, consumer, settings)
        await source.open(await partitions_of(servers))
        checked = time.monotonic()
        while True:
            await flow(source, until=time.monotonic() + HOUSEKEEPING)
            await house.keep(datetime.now(UTC))
            if time.monotonic() - checked > settings.omission_seconds / 3:
                checked = time.monotonic()
                for service in await findings.check_watermarks(
                    ledger.db, settings.omission_seconds
                ):
                    await source.read_again(service)
    finally:
        await consumer.stop()


async def flow(source: Feed, until: float) -> None:
    """Take in until the moment comes: each batch is computed while the one before is written."""
    writing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    writing.set_result(0)
    while (left := until - time.monotonic()) > 0:
        try:
            records = await source.take(left)
            batch = await source.ledger.prepare(records) if records else None
        finally:
            await writing
        if batch:
            writing = asyncio.ensure_future(source.ledger.write(batch))
    await writing
