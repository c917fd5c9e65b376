"""Rebuilding read tables on real PostgreSQL, beside people who read and write meanwhile."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import pytest

from shared.db import WRITERS
from shared.facts import Context
from shared.rebuild import rebuild
from tests.kernel import running
from tests.shared.sample import COUNTER, Add, Open, sample

CONTEXT = Context("a", "p-1", datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "c")
WAITING = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Unreadable(Exception):
    pass


@pytest.fixture
async def one(postgres):
    """Two connections: one rebuilds, one looks on."""
    async with running(sample(), postgres, settings={"worker_pool": 2}) as one:
        await add(one, "x", Open("甲"), Add(2))
        yield one


async def add(one, key, *commands):
    async with one.runtime.facts.transaction() as db:
        for command in commands:
            await one.runtime.facts.execute_in(db, COUNTER, key, command, CONTEXT)


async def totals(one):
    async with one.runtime.app_pool.acquire() as db, db.transaction():
        await db.execute("SELECT set_config('gongkai.agencies', 'a', true)")
        return {row["id"]: row["total"] for row in await db.fetch("SELECT * FROM counters")}


def rebuilding(one, project):
    aggregate = replace(COUNTER, project=project)
    return rebuild(one.runtime.worker_pool, (aggregate,), one.service.read_tables)


async def test_meanwhile_readers_see_the_old_rows_and_a_writer_waits_and_loses_nothing(one):
    begun, go_on = Event(), Event()

    def slowly(fact):
        begun.set()
        assert go_on.wait(60)
        return COUNTER.project(fact)

    await one.sql("UPDATE counters SET total = -1")
    task = asyncio.create_task(rebuilding(one, slowly))
    await asyncio.to_thread(begun.wait, 60)
    writer = asyncio.create_task(add(one, "x", Add(40)))
    async with one.runtime.app_pool.acquire() as db:
        await one.until(lambda: db.fetchval(WAITING, WRITERS))
    assert await totals(one) == {"x": -1}
    go_on.set()
    assert await task == 2
    await writer
    assert await totals(one) == {"x": 42}


async def test_a_rebuild_that_fails_leaves_the_tables_as_they_were_and_writers_free(one):
    def broken(fact):
        if fact.version == 2:
            raise Unreadable
        return COUNTER.project(fact)

    with pytest.raises(Unreadable):
        await rebuilding(one, broken)
    assert await totals(one) == {"x": 2}
    await add(one, "x", Add(1))
    assert await totals(one) == {"x": 3}


async def test_statements_prepared_before_and_after_mean_the_tables_of_their_time(postgres):
    async with running(sample(), postgres, settings={"worker_pool": 1}) as one:
        for n in range(10):
            await add(one, f"k{n}", Open("甲"), Add(n))
        live = await totals(one)
        assert await one.rebuild() == 20
        await add(one, "new", Open("乙"), Add(7))
        assert await totals(one) == live | {"new": 7}
        assert await one.rebuild() == 22
        assert await totals(one) == live | {"new": 7}
