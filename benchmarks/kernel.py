"""Command → committed fact with eight writers, beside the same reads and inserts written by hand in SQL.

`python -m benchmarks.kernel` starts its own PostgreSQL.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from benchmarks.figures import Figure, show
from benchmarks.servers import database_server
from deploy.embedded.supervisor import stoppable
from shared.db import one_transaction
from shared.ids import new_id
from shared.store import Context
from tests.conftest import TestPostgres
from tests.kernel import Running, running
from tests.shared.sample import COUNTER, Open, sample

WRITERS = 8


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
        async with one_transaction(pool) as db:
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


async def _run(postgres: TestPostgres) -> None:
    async with running(sample(), postgres) as one:
        show(await write(one))


def main() -> None:
    with database_server() as postgres:
        asyncio.run(_run(postgres))


if __name__ == "__main__":
    with stoppable():
        main()
