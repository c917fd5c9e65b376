"""Outbox, Kafka and inbox together, on the real broker: none lost, doubled or out of stream order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import Invalid, NotReady
from shared.outbox import relay_batch, republish
from shared.store import Context, StaleVersion
from tests.kernel import Running, create_topics, running
from tests.shared.sample import COUNTER, Add, AlreadyOpen, Ledger, Open, sample

pytestmark = pytest.mark.kafka
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def write(one: Running, writer: int, rounds: int, streams: int) -> int:
    """One writer; returns how many facts it committed."""
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
    rows = await listener.sql("SELECT name, total FROM counters ORDER BY ctid")
    order: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        order[row["name"]].append(row["total"])
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
    wanted = await expected(one)

    async def same() -> bool:
        return sum(map(len, (await taken_in(listener)).values())) >= sum(map(len, wanted.values()))

    await listener.until(same, seconds)
    assert await taken_in(listener) == wanted


@pytest.fixture
async def pair(postgres, kafka):
    """A writing service and one that listens to it, on topics of their own."""
    ledger = Ledger()
    async with running(sample(), postgres, kafka) as one:
        heard = {"kafka_prefix": one.settings.kafka_prefix}
        async with running(sample(ledger, "feedback"), postgres, kafka, settings=heard) as two:
            yield one, two, ledger


async def test_eight_writers_and_two_relays_lose_double_and_reorder_nothing(pair):
    one, listener, _ = pair

    async def second_relay() -> None:
        from shared.kafka import Kafka

        bus = Kafka(one.settings.kafka, one.settings.kafka_prefix)
        try:
            while True:
                await relay_batch(one.runtime.worker_pool, bus, "catalog", 50)
                await asyncio.sleep(0.001)
        finally:
            await bus.close()

    relay = asyncio.create_task(second_relay())
    done = await asyncio.gather(*(write(one, n, 40, 12) for n in range(8)))
    await converge(one, listener)
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)
    assert sum(done) == len(await one.sent())


async def test_a_killed_broker_loses_nothing(pair, kafka):
    one, listener, _ = pair
    writers = [asyncio.create_task(write(one, n, 60, 6)) for n in range(4)]
    await asyncio.sleep(0.3)
    await asyncio.to_thread(kafka.crash)
    await asyncio.sleep(1)
    await asyncio.to_thread(kafka.restart)
    await asyncio.gather(*writers)
    await converge(one, listener, 90)


async def test_an_emptied_broker_is_refilled_with_the_same_bytes(pair, kafka):
    one, listener, _ = pair
    await write(one, 1, 40, 4)
    await converge(one, listener)
    before = [(m.id, m.value, dict(m.headers)) for m in await one.sent()]
    await asyncio.to_thread(kafka.wipe)
    await create_topics(kafka.address, one.settings.kafka_prefix)
    await write(one, 1, 20, 4)
    count = await republish(one.runtime.worker_pool, one.runtime.bus, "catalog")
    await converge(one, listener, 90)
    assert count >= len(before)
    assert [(m.id, m.value, dict(m.headers)) for m in (await one.sent())[: len(before)]] == before


async def test_a_relay_that_dies_after_sending_sends_again_and_nothing_is_doubled(pair):
    one, listener, _ = pair

    class DiesAfterSending:
        def __init__(self, bus):
            self.bus, self.left = bus, 3

        async def publish(self, messages):
            await self.bus.publish(messages)
            if self.left:
                self.left -= 1
                raise ConnectionError("died before the outbox was emptied")

    dying: Any = DiesAfterSending(one.runtime.bus)
    await write(one, 1, 30, 3)
    for _ in range(4):
        try:
            await relay_batch(one.runtime.worker_pool, dying, "catalog")
        except ConnectionError:
            continue
    await converge(one, listener)


async def test_a_failing_handler_holds_its_stream_only_and_then_catches_up(pair):
    one, listener, ledger = pair
    ledger.faults["counter-s0:2"] = [RuntimeError("错误")]
    for key in ("s0", "s1"):
        for command in (Open("甲"), Add(1), Add(1)):
            async with one.runtime.facts.transaction() as db:
                await one.runtime.facts.execute_in(
                    db, COUNTER, key, command, Context("a", "p", AT, "c")
                )

    async def parked() -> bool:
        rows = await listener.sql("SELECT version, kind FROM parked ORDER BY version")
        return [tuple(row) for row in rows] == [(2, "failed"), (3, "behind")]

    await listener.until(parked)
    assert await taken_in(listener) == {"counter-s1": [2, 3]}
    ledger.faults.clear()
    await converge(one, listener)
    assert not await listener.sql("SELECT 1 FROM parked")


@pytest.mark.parametrize(
    ("fault", "kind"), [(Invalid("不行"), "refused"), (NotReady("等待"), "waiting")]
)
async def test_refusals_and_missing_reference_data_are_told_apart(pair, fault, kind):
    one, listener, ledger = pair
    ledger.faults["counter-s0:2"] = [fault]
    await write(one, 1, 5, 1)

    async def parked() -> bool:
        rows = await listener.sql("SELECT kind FROM parked WHERE version = 2")
        return [row["kind"] for row in rows] == [kind]

    await listener.until(parked)
    ledger.faults.clear()
    if kind == "waiting":
        await converge(one, listener)
