"""Connections come back to the pool as if they were new, and a lone transaction pays nothing for it."""

import asyncpg
import pytest

from shared.db import connect, one_transaction, scoped, unscoped
from tests.kernel import running
from tests.shared.sample import sample

LOCK = 77
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


@pytest.fixture
async def pool(postgres):
    """One connection only, so that what one user leaves would meet the next."""
    async with running(sample(), postgres) as one:
        pool = await connect(one.settings.worker_dsn, 1)
        yield pool
        await pool.close()


async def test_settings_and_locks_of_a_session_end_with_its_use(pool):
    async with one_transaction(pool) as db:
        await db.fetchval("SELECT 1")
    async with pool.acquire() as db:
        await db.execute("SET work_mem = '7MB'")
        await db.execute("SELECT pg_advisory_lock($1)", LOCK)
    async with pool.acquire() as db:
        assert await db.fetchval("SHOW work_mem") != "7MB"
        assert await db.fetchval(LOCKS) == 0


@pytest.mark.parametrize("fails", [False, True])
async def test_what_stood_in_one_transaction_leaves_nothing_behind(pool, fails):
    for transaction in (one_transaction(pool), unscoped(pool), scoped(pool, ["a"], write=True)):
        try:
            async with transaction as db:
                await db.execute("SET LOCAL work_mem = '7MB'")
                await db.execute("SELECT 1 / $1::int", 0 if fails else 1)
        except asyncpg.DivisionByZeroError:
            assert fails
        async with pool.acquire() as db:
            assert not db.is_in_transaction()
            assert await db.fetchval("SHOW work_mem") != "7MB"
            assert await db.fetchval(LOCKS) == 0
            assert not await db.fetchval("SELECT current_setting('gongkai.agencies', true)")


async def test_a_lone_transaction_is_spared_the_round_trip_of_tidying_up(pool):
    asked = []
    async with pool.acquire() as db:
        db.add_query_logger(lambda query: asked.append(query.query))
    asked.clear()
    async with one_transaction(pool) as db:
        await db.fetchval("SELECT 1")
    assert asked == ["BEGIN;", "SELECT 1", "COMMIT;"]
