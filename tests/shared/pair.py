"""One service that writes and one that listens to it: what the one said and what the other took in."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.envelope import Message
from shared.kafka import message_from
from shared.store import Context, StaleVersion
from tests.kernel import Running
from tests.shared.sample import COUNTER, Add, AlreadyOpen, CounterAggregate, Open

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOPIC = "gongkai.catalog"
PARTITIONS = 12


async def tell(
    one: Running, key: str, *commands: Open | Add, aggregate: CounterAggregate = COUNTER
) -> None:
    """Commands of one person, each in its own transaction."""
    for command in commands:
        async with one.runtime.facts.transaction() as db:
            await one.runtime.facts.execute_in(
                db, aggregate, key, command, Context("a", "p-1", AT, "c-1")
            )


async def write(one: Running, writer: int, rounds: int, streams: int) -> int:
    """One writer among several; returns how many facts it committed."""
    done = 0
    for _ in range(rounds):
        key = f"s{random.randrange(streams)}"
        try:
            async with one.runtime.facts.transaction() as db:
                state, _ = await one.runtime.facts.load(db, COUNTER, key)
                command = Open("甲") if state is None else Add(1)
                await asyncio.sleep(random.random() * 0.004)
                await one.runtime.facts.execute_in(
                    db, COUNTER, key, command, Context("a", f"p-{writer}", AT, "c")
                )
            done += 1
        except (StaleVersion, AlreadyOpen):
            continue
    return done


async def taken_in(listener: Running) -> dict[str, list[int]]:
    """Versions of each stream in the order of their effect."""
    rows = await listener.sql("SELECT stream, version FROM effects ORDER BY n")
    order: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        order[row["stream"]].append(row["version"])
    return order


async def expected(one: Running) -> dict[str, list[int]]:
    rows = await one.sql(
        "SELECT stream, version FROM events WHERE type = 'catalog.added.v2' ORDER BY stream, version"
    )
    order: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        order[row["stream"]].append(row["version"])
    return order


async def converge(one: Running, listener: Running, seconds: float = 60) -> None:
    """Wait until as much has its effect as was said; then it must be the same, once and in order."""
    wanted = await expected(one)
    assert wanted

    async def same() -> bool:
        return sum(map(len, (await taken_in(listener)).values())) >= sum(map(len, wanted.values()))

    await listener.until(same, seconds)
    assert await taken_in(listener) == wanted


async def on_the_topic(one: Running) -> list[Message]:
    """Every record that the broker holds of this service, in the order of each partition."""
    prefix = one.settings.kafka_prefix
    places = [TopicPartition(f"{prefix}{TOPIC}", n) for n in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=one.settings.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        found: list[Message] = []
        while len(found) < sum(ends.values()):
            polled = await consumer.getmany(timeout_ms=500)
            found += [message_from(r, prefix) for records in polled.values() for r in records]
        return found
    finally:
        await consumer.stop()


def content(messages: Sequence[Message]) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Value and headers by id; every copy of a message must be the same."""
    found: dict[str, tuple[bytes, dict[str, str]]] = {}
    for message in messages:
        same = found.setdefault(message.id, (message.value, dict(message.headers)))
        assert same == (message.value, dict(message.headers)), message.id
    return found


def first_seen(messages: Sequence[Message]) -> dict[str, list[int]]:
    """Versions of each stream in the order in which they first came."""
    order: dict[str, list[int]] = defaultdict(list)
    for message in messages:
        if message.version not in order[message.stream]:
            order[message.stream].append(message.version)
    return order
