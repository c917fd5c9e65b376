"""The machine's own limit for fact → Kafka → effect: the same rows and the same guarantees (drained table,
idempotent producer with `acks=all`, offsets committed after the effect), written by hand, no kernel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

VALUE = b'{"by":1}' + b" " * 400  # as long as a message with its headers
BATCH = 1000


@dataclass
class Pipe:
    """One table of waiting rows, one topic, one table of effects."""

    source: Any
    target: Any
    topic: str
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: dict[int, float] = field(default_factory=dict)

    async def relay(self) -> None:
        while True:
            self.wake.clear()
            async with self.source.acquire() as db, db.transaction():
                rows = await db.fetch(
                    "SELECT * FROM hand_out ORDER BY position LIMIT $1 FOR UPDATE", BATCH
                )
                await asyncio.gather(
                    *[
                        await self.producer.send(self.topic, row["value"], row["key"].encode())
                        for row in rows
                    ]
                )
                await db.execute(
                    "DELETE FROM hand_out WHERE position = ANY($1)",
                    [row["position"] for row in rows],
                )
            if not rows:
                await self.wake.wait()

    async def consume(self) -> None:
        while True:
            polled = await self.consumer.getmany(timeout_ms=1000, max_records=BATCH)
            keys = [record.key.decode() for records in polled.values() for record in records]
            if not keys:
                continue
            async with self.target.acquire() as db, db.transaction():
                await db.executemany("INSERT INTO hand_in (key) VALUES ($1)", [(k,) for k in keys])
            now = time.perf_counter()
            self.arrived |= {int(key): now for key in keys}
            await self.consumer.commit()

    async def put(self, first: int, count: int) -> None:
        """Rows as a command leaves them."""
        async with self.source.acquire() as db:
            await db.executemany(
                "INSERT INTO hand_out (key, value) VALUES ($1, $2)",
                [(str(n), VALUE) for n in range(first, first + count)],
            )


@asynccontextmanager
async def pipe(source_dsn: str, target_dsn: str, kafka: str) -> AsyncIterator[Pipe]:
    """Both ends open and running; rows put before are waiting."""
    source, target = [
        await asyncpg.create_pool(dsn, min_size=1, max_size=3) for dsn in (source_dsn, target_dsn)
    ]
    await source.execute(
        "CREATE TABLE hand_out (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " key text NOT NULL, value bytea NOT NULL)"
    )
    await target.execute("CREATE TABLE hand_in (key text PRIMARY KEY)")
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic("by-hand", 12, 1)])
    await admin.close()
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=131_072
    )
    consumer = AIOKafkaConsumer(
        "by-hand", bootstrap_servers=kafka, group_id="by-hand", enable_auto_commit=False,
        auto_offset_reset="earliest", fetch_max_wait_ms=100,
    )  # fmt: skip
    await producer.start()
    await consumer.start()
    try:
        yield Pipe(source, target, "by-hand", producer, consumer)
    finally:
        await consumer.stop()
        await producer.stop()
        await source.close()
        await target.close()


async def rate(pipe: Pipe, count: int) -> float:
    """Rows a second from waiting to effect, when `count` wait."""
    await pipe.put(0, count)
    started = time.perf_counter()
    await _running(pipe, lambda: len(pipe.arrived) >= count)
    return count / (max(pipe.arrived.values()) - started)


async def delays(pipe: Pipe, per_second: int, seconds: int) -> list[float]:
    """Seconds between the commit of a row and its effect, at a steady pace."""
    put: dict[int, float] = {}
    first, count = 10_000_000, per_second * seconds

    async def paced() -> None:
        begin = time.perf_counter()
        for n in range(count):
            await asyncio.sleep(max(0.0, begin + n / per_second - time.perf_counter()))
            await pipe.put(first + n, 1)
            put[first + n] = time.perf_counter()
            pipe.wake.set()

    pace = asyncio.create_task(paced())
    await _running(pipe, lambda: first + count - 1 in pipe.arrived)
    await pace
    return [pipe.arrived[key] - at for key, at in put.items() if key in pipe.arrived]


async def _running(pipe: Pipe, done: Any) -> None:
    tasks = [asyncio.create_task(pipe.relay()), asyncio.create_task(pipe.consume())]
    async with asyncio.timeout(60):
        while not done():
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
