"""Outbox, Kafka and inbox together, on the real broker: none lost, doubled or out of stream order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import repeat

import pytest

from shared.errors import Invalid, NotReady
from shared.kafka import Kafka
from shared.outbox import relay_batch
from tests.shared.pair import (
    content,
    converge,
    first_seen,
    on_the_topic,
    taken_in,
    tell,
    write,
)
from tests.shared.sample import Add, Open

pytestmark = pytest.mark.kafka


async def test_eight_writers_and_two_relays_lose_double_and_reorder_nothing(pair):
    one, listener, _ = pair

    async def second_relay() -> None:
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
    sent, records = await one.sent(), await on_the_topic(one)
    assert sum(done) == len(sent)
    assert len(records) == len(sent), "nothing failed: each fact is on the topic once"
    assert content(records) == content(sent)
    assert all(versions == sorted(versions) for versions in first_seen(records).values())


async def test_a_broker_killed_under_load_loses_nothing(pair, kafka):
    one, listener, _ = pair
    writers = [asyncio.create_task(write(one, n, 60, 6)) for n in range(4)]
    for pause in (0.3, 0.6):
        await asyncio.sleep(pause)
        await asyncio.to_thread(kafka.crash)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(kafka.restart)
    await asyncio.gather(*writers)
    await tell(one, "after", Open("甲"), Add(1))
    await converge(one, listener, 90)
    records = await on_the_topic(one)
    assert content(records) == content(await one.sent())
    assert all(versions == sorted(versions) for versions in first_seen(records).values())


@pytest.mark.slow
async def test_a_failing_handler_and_a_database_away_for_30_seconds_in_the_middle(pair, postgres):
    """Tried again until it succeeds: nothing is parked for it, nothing is skipped."""
    one, listener, ledger = pair
    ledger.pause = 0.01
    ledger.faults["counter-s1:3"] = iter([RuntimeError("错误")] * 3)
    for key in ("s0", "s1", "s2"):
        await tell(one, key, Open("甲"), *(Add(1) for _ in range(100)))

    async def in_the_middle() -> bool:
        return bool(sum(ledger.calls.values()) > 50)

    await listener.until(in_the_middle)
    await asyncio.to_thread(postgres.crash)
    await asyncio.sleep(2)  # an answer that was on its way may still have let one more begin
    before = dict(ledger.calls)
    await asyncio.sleep(28)
    assert ledger.calls == before, "nothing is taken in while the database is away"
    await asyncio.to_thread(postgres.restart)
    ledger.pause = 0
    await converge(one, listener, 90)
    assert max(ledger.calls[id] for id in before) > 1, "the crash undid what was half done"
    assert ledger.calls["counter-s1:3"] > 3
    faults = "SELECT * FROM parked WHERE kind IN ('failed', 'refused', 'unreadable')"
    assert not await listener.sql(faults)


async def test_a_handler_with_a_bug_is_tried_five_times_and_holds_its_own_stream_only(pair):
    one, listener, ledger = pair
    ledger.faults["counter-s0:2"] = repeat(RuntimeError("错误"))
    for key in ("s0", "s1"):
        await tell(one, key, Open("甲"), Add(1), Add(1))

    async def parked() -> bool:
        rows = await listener.sql("SELECT version, kind FROM parked ORDER BY version")
        return [tuple(row) for row in rows] == [(2, "failed"), (3, "behind")]

    await listener.until(parked)
    assert ledger.calls["counter-s0:2"] >= 5
    assert "counter-s0:3" not in ledger.calls
    await tell(one, "s1", Add(1))

    async def others() -> bool:
        return (await taken_in(listener)).get("counter-s1") == [2, 3, 4]

    await listener.until(others)
    assert "counter-s0" not in await taken_in(listener)
    ledger.faults.clear()
    await converge(one, listener)
    assert not await listener.sql("SELECT 1 FROM parked")


@pytest.mark.parametrize(
    ("fault", "kind"), [(Invalid("不行"), "refused"), (NotReady("等待"), "waiting")]
)
async def test_refusals_and_missing_reference_data_are_told_apart(pair, fault, kind):
    one, listener, ledger = pair
    faults: Iterator[Exception] = repeat(fault)
    ledger.faults["counter-s0:2"] = faults
    await tell(one, "s0", Open("甲"), Add(1), Add(1))

    async def parked() -> bool:
        rows = await listener.sql("SELECT kind FROM parked WHERE version = 2")
        return [row["kind"] for row in rows] == [kind]

    await listener.until(parked)
    ledger.faults.clear()
    await converge(one, listener)
