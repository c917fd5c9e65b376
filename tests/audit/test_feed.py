"""The feed on real Kafka: killed, doubled, its topics emptied and filled again: each event once."""

import asyncio
import random
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable

import pytest

from services.audit.feed import feed
from services.audit.log import leading
from services.audit.settings import AuditSettings
from shared.envelope import Message
from tests.audit.conftest import Store
from tests.audit.records import message
from tests.audit.test_log import ids, whole
from tests.audit.topics import fresh_topics, publish
from tests.conftest import TestKafka

pytestmark = pytest.mark.kafka
TYPES = {"catalog": "catalog.item-revised.v1", "approval": "approval.review-step-passed.v1"}


def story(streams: int, versions: int) -> list[Message]:
    position = dict.fromkeys(TYPES, 0)
    said = []
    for version in range(1, versions + 1):
        for n in range(streams):
            for service, type in TYPES.items():
                position[service] += 1
                stream = f"item-{service}-{n}"
                data = {"itemId": str(n), "v": version}
                said.append(message(type, stream, version, data, position=position[service]))
    return said


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "did not happen in time"
        await asyncio.sleep(0.05)


async def fed(store: Store, kafka: TestKafka, expected: int) -> None:
    """Run the feed in this process until the ledger has `expected` leaves."""

    async def run() -> None:
        async with leading(store.worker, store.vault) as ledger:
            await feed(ledger, kafka.address, AuditSettings(omission_seconds=1))

    async def enough() -> bool:
        if task.done():
            task.result()
        return len(await ids(store)) >= expected

    task = asyncio.create_task(run())
    try:
        await until(enough)
        await asyncio.sleep(0.3)  # and no more than that
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def same(store: Store, said: list[Message]) -> None:
    assert sorted(await ids(store)) == sorted(m.id for m in said)
    await whole(store)


async def test_every_event_is_in_the_ledger_once_though_the_topics_hold_it_twice(
    store: Store, kafka: TestKafka
) -> None:
    said = story(streams=20, versions=5)
    await fresh_topics(kafka.address)
    await publish(kafka.address, [*said, *said[:120]])
    await fed(store, kafka, len(said))
    await same(store, said)
    assert not await store.sql("SELECT 1 FROM ledger_finding")


async def test_emptied_topics_filled_again_add_only_what_is_new(
    store: Store, kafka: TestKafka
) -> None:
    said = story(streams=15, versions=6)
    await fresh_topics(kafka.address)
    await publish(kafka.address, said[:100])
    await fed(store, kafka, 100)
    await fresh_topics(kafka.address)
    await publish(kafka.address, said)
    await fed(store, kafka, len(said))
    await same(store, said)
    rows = await store.sql("SELECT DISTINCT generation FROM ledger_source ORDER BY 1")
    assert [row["generation"] for row in rows] == [1, 2]


async def test_what_was_passed_over_is_read_again_when_a_watermark_shows_it(
    store: Store, kafka: TestKafka
) -> None:
    said = [m for m in story(streams=10, versions=2) if m.type.startswith("catalog")]
    mark = message(
        "catalog.watermark-stated.v1", "watermark-catalog", 1, {"count": 20, "position": 20}
    )
    await fresh_topics(kafka.address)
    await publish(kafka.address, said)
    await fed(store, kafka, 20)
    # As if the writer had jumped ahead: the rows vanish, the place in the topic stays.
    await store.attack("TRUNCATE ledger_leaf, ledger_event, ledger_payload, ledger_tile")
    await store.attack("UPDATE ledger_head SET size = 0, root = sha256('')")
    await publish(kafka.address, [mark])
    await fed(store, kafka, 21)
    await same(store, [*said, mark])


async def test_a_writer_killed_at_random_moments_loses_and_doubles_nothing(
    store: Store, kafka: TestKafka
) -> None:
    said = story(streams=100, versions=40)
    chance = random.Random(3)
    await fresh_topics(kafka.address)
    sending = asyncio.create_task(slowly(kafka.address, said))
    for _ in range(6):
        before = len(await ids(store))
        writer = await started(store, kafka)
        await until(lambda seen=before: at_least(store, min(seen + 1, len(said))))  # type: ignore[misc]
        await asyncio.sleep(chance.uniform(0, 0.15))
        writer.kill()
        await writer.wait()
    await sending
    assert len(await ids(store)) < len(said), "killed too late to mean anything"
    await fed(store, kafka, len(said))
    await same(store, said)


async def started(store: Store, kafka: TestKafka) -> Process:
    command = ("-m", "tests.audit.writer_process", store.worker, kafka.address)
    return await asyncio.create_subprocess_exec(sys.executable, *command)


async def slowly(address: str, said: list[Message]) -> None:
    for n in range(0, len(said), 50):
        await publish(address, said[n : n + 50])
        await asyncio.sleep(0.1)


async def test_of_two_writers_one_writes_and_the_other_goes_on(
    store: Store, kafka: TestKafka
) -> None:
    said = story(streams=30, versions=6)
    await fresh_topics(kafka.address)
    await publish(kafka.address, said[:200])
    writers = [await started(store, kafka) for _ in range(2)]
    try:
        await until(lambda: at_least(store, 200))
        [lock] = await store.sql("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
        await store.attack("SELECT pg_terminate_backend($1)", lock["pid"])
        await publish(kafka.address, said[200:])
        await until(lambda: at_least(store, len(said)))
    finally:
        for writer in writers:
            writer.kill()
            await writer.wait()
    await same(store, said)


async def at_least(store: Store, size: int) -> bool:
    return len(await ids(store)) >= size
