"""Speed of the kernel, each figure beside the machine's own limit measured in the same run.

`python -m benchmarks.kernel [write|bus]` starts its own PostgreSQL and Kafka.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg

from benchmarks import by_hand
from benchmarks.figures import Figure, percentile, show
from benchmarks.servers import broker, database_server
from deploy.embedded.supervisor import stoppable
from shared.ids import new_id
from shared.outbox import RELAY
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

    async def in_sql(_: int) -> None:
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
    # In turns, so that a disturbance of the machine meets both.
    ours, limit = zip(
        *[(await rate(command, 3), await rate(in_sql, 3)) for _ in range(3)], strict=True
    )
    best, bound = max(ours), max(limit)
    return [
        Figure(
            "命令 → 落库事实，8 个写入者", best, "条/秒", bound, "同样的读写手写 SQL", 0.6 * bound
        )
    ]


async def bus(one: Running, listener: Running, kafka: str, count: int = 20_000) -> list[Figure]:
    """Fact to Kafka to committed effect: the rate when behind, and the delay at 500 a second."""
    await _stamped(listener)
    await _fill(one, count)
    started = time.perf_counter()
    await listener.until(lambda: _taken(listener, count), 120)
    behind = count / (time.perf_counter() - started)
    late = percentile(await _paced(one, listener, 500, 10), 99) * 1000
    dsns = one.settings.owner_dsn, listener.settings.owner_dsn
    async with by_hand.pipe(*dsns, kafka) as pipe:
        bound = await by_hand.rate(pipe, count)
        floor = percentile(await by_hand.delays(pipe, 500, 10), 99) * 1000
    limit = "同样的行手写 SQL 与 aiokafka"
    way = "事实 → Kafka → 另一服务生效"
    return [
        Figure(f"{way}（积压时）", behind, "条/秒", bound, limit, 5000),
        Figure(f"{way}，500 条/秒时 p99", late, "毫秒", floor, limit, 250, lower=True),
    ]


async def _fill(one: Running, count: int) -> None:
    """Many facts at once, appended while the relay is kept waiting by its own lock."""
    facts, lives = one.runtime.facts, iter(range(count // STREAM))

    async def some() -> None:
        for _ in lives:
            async with facts.transaction() as db:
                key = new_id()
                await facts.execute_in(db, COUNTER, key, Open("甲"), context())
                for _ in range(STREAM):
                    await facts.execute_in(db, COUNTER, key, Add(1), context())

    async with one.runtime.worker_pool.acquire() as gate, gate.transaction():
        await gate.execute("SELECT pg_advisory_xact_lock($1)", RELAY)
        await asyncio.gather(some(), some(), some())


async def _taken(listener: Running, count: int) -> bool:
    return bool((await listener.sql("SELECT count(*) AS n FROM effects"))[0]["n"] >= count)


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
            "SELECT stream || ':' || version AS id FROM effects"
            " WHERE at > clock_timestamp() - interval '1 s'"
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
            "ALTER TABLE effects ADD COLUMN at timestamptz DEFAULT clock_timestamp();"
            " CREATE INDEX ON effects (at)"
        )
    finally:
        await db.close()


async def _run(postgres: TestPostgres, kafka: TestKafka, parts: set[str]) -> None:
    if "write" in parts:
        async with running(sample(), postgres) as one:
            show(await write(one))
    if "bus" in parts:
        async with running(sample(), postgres, kafka) as one:
            heard = {"kafka_prefix": one.settings.kafka_prefix}
            service = sample(Ledger(), "feedback")
            async with running(service, postgres, kafka, settings=heard) as two:
                show(await bus(one, two, kafka.address))


def main(parts: set[str]) -> None:
    with database_server() as postgres, broker() as kafka:
        asyncio.run(_run(postgres, kafka, parts))


if __name__ == "__main__":
    with stoppable():
        main(set(sys.argv[1:]) or {"write", "bus"})
