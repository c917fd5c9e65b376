"""Speed of the kernel, each figure beside the machine's own limit measured in the same run.

`python -m benchmarks.kernel [write|bus|rebuild]` starts its own PostgreSQL and Kafka.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from benchmarks.figures import Figure, percentile, show
from deploy.embedded.databases import create_roles, passwords
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from shared.ids import new_id
from shared.rebuild import rebuild
from shared.store import Context
from tests.conftest import TestKafka, TestPostgres
from tests.kernel import Running, running
from tests.shared.sample import COUNTER, Add, Ledger, Open, sample

WRITERS = 8
STREAM = 10  # additions in one stream, as in an item's life


def context() -> Context:
    return Context("a", "p-1", datetime.now(UTC), new_id())


async def rate(work: Callable[[int], Awaitable[None]], seconds: float) -> float:
    """Rounds per second of eight workers that call `work(worker)` until the time is up."""
    end = time.perf_counter() + seconds
    done = 0

    async def worker(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await work(number)
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(worker(n) for n in range(WRITERS)))
    return done / (time.perf_counter() - started)


async def write(one: Running) -> list[Figure]:
    """Command to committed fact, against the same reads and inserts written by hand."""
    facts, pool = one.runtime.facts, one.runtime.worker_pool

    async def command(_: int) -> None:
        key = new_id()
        async with facts.transaction() as db:
            await facts.execute_in(db, COUNTER, key, Open("甲"), context())

    async def by_hand(_: int) -> None:
        key = new_id()
        async with pool.acquire() as db, db.transaction():
            await db.fetch(
                "SELECT data FROM events WHERE stream = $1 ORDER BY version", f"counter-{key}"
            )
            position = await db.fetchval(
                "INSERT INTO events (stream, version, type, data, agency, actor, recorded_at,"
                " correlation, message) VALUES ($1, 1, 'x', '{}', 'a', 'p', now(), 'c', '{}')"
                " RETURNING position",
                f"counter-{key}",
            )
            await db.execute("INSERT INTO outbox (position) VALUES ($1)", position)
            await db.execute("INSERT INTO counters VALUES ($1, 'a', '甲', 0)", key)

    await rate(command, 1)
    ours = [await rate(command, 4), await rate(command, 4)]
    limit = [await rate(by_hand, 4), await rate(by_hand, 4)]
    best, bound = max(ours), max(limit)
    return [
        Figure(
            "命令 → 落库事实，8 个写入者", best, "条/秒", bound, "同样的读写手写 SQL", 0.6 * bound
        )
    ]


async def bus(one: Running, listener: Running, count: int = 20_000) -> list[Figure]:
    """Fact to Kafka to committed effect: the rate when behind, and the delay at 500 a second."""
    await _stamped(listener)
    await _fill(one, count)
    started = time.perf_counter()
    await listener.until(lambda: _taken(listener, count), 120)
    behind = count / (time.perf_counter() - started)
    delays = await _paced(one, listener, 500, 10)
    return [
        Figure("事实 → Kafka → 另一服务生效（积压时）", behind, "条/秒", None, "", 5000),
        Figure(
            "同上，500 条/秒时 p99 延迟",
            percentile(delays, 99) * 1000,
            "毫秒",
            None,
            "",
            250,
            lower=True,
        ),
    ]


async def _fill(one: Running, count: int) -> None:
    """Many facts at once, appended while the relay is kept waiting by its own lock."""
    async with one.runtime.worker_pool.acquire() as gate, gate.transaction():
        await gate.execute("SELECT pg_advisory_xact_lock(7003)")
        for _ in range(0, count, STREAM):
            async with one.runtime.facts.transaction() as db:
                key = new_id()
                facts = one.runtime.facts
                await facts.execute_in(db, COUNTER, key, Open("甲"), context())
                for _ in range(STREAM):
                    await facts.execute_in(db, COUNTER, key, Add(1), context())


async def _taken(listener: Running, count: int) -> bool:
    return bool((await listener.sql("SELECT count(*) AS n FROM counters"))[0]["n"] >= count)


async def _paced(one: Running, listener: Running, per_second: int, seconds: int) -> list[float]:
    """Delays in seconds between the commit of a fact and the visibility of its effect."""
    committed: dict[str, float] = {}
    for n in range(20):
        async with one.runtime.facts.transaction() as db:
            await one.runtime.facts.execute_in(db, COUNTER, f"p{n}", Open("甲"), context())
    seen: dict[str, float] = {}
    watcher = asyncio.create_task(_watch(listener, seen))
    begin = time.perf_counter()
    for n in range(per_second * seconds):
        await asyncio.sleep(max(0.0, begin + n / per_second - time.perf_counter()))
        async with one.runtime.facts.transaction() as db:
            added = await one.runtime.facts.execute_in(db, COUNTER, f"p{n % 20}", Add(1), context())
        committed[added[0].id] = time.perf_counter()
    await asyncio.sleep(2)
    watcher.cancel()
    await asyncio.gather(watcher, return_exceptions=True)
    return [seen[id] - at for id, at in committed.items() if id in seen]


async def _watch(listener: Running, seen: dict[str, float]) -> None:
    """Note when each effect becomes visible to another connection (every 5 ms)."""
    while True:
        rows = await listener.sql(
            "SELECT id FROM counters WHERE at > clock_timestamp() - interval '1 s'"
        )
        now = time.perf_counter()
        for row in rows:
            seen.setdefault(row["id"], now)
        await asyncio.sleep(0.005)


async def _stamped(listener: Running) -> None:
    """Give the effects a time, so that watching them stays cheap."""
    db = await asyncpg.connect(listener.settings.owner_dsn)
    try:
        await db.execute(
            "ALTER TABLE counters ADD COLUMN at timestamptz DEFAULT clock_timestamp();"
            " CREATE INDEX ON counters (at)"
        )
    finally:
        await db.close()


async def again(one: Running) -> list[Figure]:
    """Rebuild of all read tables from facts."""
    started = time.perf_counter()
    count = await rebuild(one.runtime.worker_pool, one.service.aggregates, one.service.read_tables)
    speed = count / (time.perf_counter() - started)
    started = time.perf_counter()
    await one.sql("SELECT * FROM events ORDER BY position")
    limit = count / (time.perf_counter() - started)
    return [Figure(f"重建读表（{count} 条事实）", speed, "条/秒", limit, "仅读出全部事实", 20_000)]


def main(parts: set[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        Path(folder).chmod(0o711)
        server, broker = Postgres(Path(folder) / "pg"), Kafka(Path(folder) / "kafka")
        admin = server.start().admin_dsn
        try:
            kafka = TestKafka(broker.start(), broker)
            secret = "bench" + urlsplit(admin).netloc
            asyncio.run(create_roles(admin, passwords(secret)))
            asyncio.run(_run(TestPostgres(admin, secret, server), kafka, parts))
        finally:
            broker.stop()
            server.stop()


async def _run(postgres: TestPostgres, kafka: TestKafka, parts: set[str]) -> None:
    if "write" in parts:
        async with running(sample(), postgres) as one:
            show(await write(one))
    if parts & {"bus", "rebuild"}:
        async with running(sample(), postgres, kafka) as one:
            heard = {"kafka_prefix": one.settings.kafka_prefix}
            async with running(
                sample(Ledger(), "feedback"), postgres, kafka, settings=heard
            ) as two:
                if "bus" in parts:
                    show(await bus(one, two))
                if "rebuild" in parts:
                    await _fill(one, 50_000)
                    show(await again(one))


if __name__ == "__main__":
    main(set(sys.argv[1:]) or {"write", "bus", "rebuild"})
