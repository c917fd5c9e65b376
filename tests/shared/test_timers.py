"""Durable timers and watermarks: small mechanisms that must not lose anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared import timers
from shared.errors import Conflict
from shared.store import Context
from shared.watermark import state_watermark
from tests.kernel import running
from tests.shared.sample import COUNTER, Add, Open, sample

PAST = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def one(postgres):
    async with running(sample(), postgres) as service:
        yield service


async def put(one, *statements):
    async with one.runtime.facts.transaction() as db:
        for statement in statements:
            await db.execute(statement.sql, *statement.args)


async def test_a_due_timer_fires_once_though_two_processes_look(one):
    fired = []

    async def handler(db, timer):
        fired.append(timer.id)
        await asyncio.sleep(0.05)

    later = datetime.now(UTC) + timedelta(hours=1)
    await put(
        one,
        timers.schedule("t1", PAST, "k", "s", "a"),
        timers.schedule("t2", later, "k", "s", "a"),
    )
    await asyncio.gather(*(timers.fire_due(one.runtime.facts, {"k": handler}) for _ in range(3)))
    assert fired == ["t1"]
    assert [r["id"] for r in await one.sql("SELECT id FROM timers")] == ["t2"]


async def test_a_timer_that_fails_stays_and_one_that_is_refused_goes(one):
    async def bug(db, timer):
        raise RuntimeError

    async def refusal(db, timer):
        raise Conflict

    await put(
        one,
        timers.schedule("t1", PAST, "bug", "s", "a"),
        timers.schedule("t2", PAST, "no", "s", "a"),
    )
    assert await timers.fire_due(one.runtime.facts, {"bug": bug, "no": refusal}) == 0
    rows = await one.sql("SELECT id, attempts, due > now() AS later FROM timers")
    assert [tuple(row) for row in rows] == [("t1", 1, True)]


async def test_a_watermark_counts_what_came_before_it(one):
    async def open_one(n):
        async with one.runtime.facts.transaction() as db:
            context = Context("a", "p", PAST, "c")
            await one.runtime.facts.execute_in(db, COUNTER, f"k{n}", Open("甲"), context)
            await asyncio.sleep(0.02)
            await one.runtime.facts.execute_in(db, COUNTER, f"k{n}", Add(1), context)

    async def mark():
        await asyncio.sleep(0.01)
        return await state_watermark(one.runtime.facts, one.runtime.worker_pool)

    results = await asyncio.gather(*(open_one(n) for n in range(5)), mark())
    last = await mark()
    for stated in (results[-1], last):
        count = await one.sql(
            "SELECT count(*) AS n FROM events WHERE position <= $1", stated.position
        )
        assert count[0]["n"] == stated.count
    assert last.count == 11
