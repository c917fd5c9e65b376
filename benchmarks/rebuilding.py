"""`rebuild` of all read tables of each service, over facts of whole lives made by commands.

`python -m benchmarks.rebuilding [catalog|approval|publisher|feedback …]` starts its own PostgreSQL.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.figures import Figure, show
from benchmarks.lives import LIVES
from benchmarks.servers import database_server
from deploy.embedded.supervisor import stoppable
from shared.ids import new_id
from shared.rebuild import rebuild
from shared.runtime import Service
from shared.store import Context
from tests.conftest import TestPostgres
from tests.kernel import Running, running

FACTS = {"catalog": 50_000, "approval": 25_000, "publisher": 25_000, "feedback": 25_000}
TOGETHER = 20  # lives in one transaction
AIM = 20_000


async def measure(postgres: TestPostgres, name: str) -> Figure:
    service: Service = importlib.import_module(f"services.{name}.main").SERVICE
    async with running(service, postgres) as one:
        count = await live(one, name, FACTS[name])
        started = time.perf_counter()
        done = await rebuild(one.runtime.worker_pool, service.aggregates, service.read_tables)
        speed = done / (time.perf_counter() - started)
        assert done == count
        limit = await by_hand(one)
    return Figure(
        f"重建读表：{name}（{count:,} 条事实）",
        speed,
        "条/秒",
        limit,
        "手写：读出全部事实、每条插入一行",
        AIM,
    )


async def live(one: Running, name: str, least: int) -> int:
    """Lives lived until there are `least` facts, at once as many as there are connections. Every
    command is decided and its facts appended; the tables are left to `rebuild`."""
    numbers = iter(range(1_000_000))
    count = 0

    async def some() -> None:
        nonlocal count
        while count < least:
            async with one.runtime.facts.transaction() as db:
                for _ in range(TOGETHER):
                    for aggregate, key, command in LIVES[name](next(numbers)):
                        bare = replace(aggregate, project=lambda _: ())
                        context = Context("linjiang-sfj", "p-chen", datetime.now(UTC), new_id())
                        added = await one.runtime.facts.execute_in(db, bare, key, command, context)
                        count += len(added)

    await asyncio.gather(*(some() for _ in range(one.settings.worker_pool - 1)))
    return count


async def by_hand(one: Running) -> float:
    """What the machine does: facts read in order, and one row written for each, in batches."""
    async with one.runtime.worker_pool.acquire() as db:
        await db.execute(
            "CREATE TEMP TABLE hand (stream text, version int, data json, PRIMARY KEY (stream, version))"
        )
        started, count = time.perf_counter(), 0
        async with db.transaction():
            cursor = await db.cursor("SELECT * FROM events ORDER BY position")
            while rows := await cursor.fetch(10_000):
                await db.executemany(
                    "INSERT INTO hand VALUES ($1, $2, $3)",
                    [(row["stream"], row["version"], row["data"]) for row in rows],
                )
                count += len(rows)
        return count / (time.perf_counter() - started)


async def _run(postgres: TestPostgres, names: list[str]) -> None:
    for name in names:
        show([await measure(postgres, name)])


def main(names: list[str]) -> None:
    with database_server() as postgres:
        asyncio.run(_run(postgres, names))


if __name__ == "__main__":
    with stoppable():
        main(sys.argv[1:] or list(LIVES))
