"""Fact → Kafka → committed effect in another service: the rate when behind, the delay at 500 a second.

`python -m benchmarks.bus` starts its own PostgreSQL and Kafka, and the other service as a process.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time

from benchmarks import by_hand
from benchmarks.figures import Figure, percentile, show
from benchmarks.kernel import context
from benchmarks.listener import Heard, listener
from benchmarks.servers import broker, database_server
from deploy.embedded.supervisor import stoppable
from shared.ids import new_id
from shared.outbox import RELAY
from tests.conftest import TestKafka, TestPostgres
from tests.kernel import Running, running
from tests.shared.sample import COUNTER, Add, Open, sample

COUNT = 20_000
STREAM = 10  # additions in one stream, as in an item's life
WRITERS = 4
PER_SECOND, SECONDS = 500, 10
WAY = "事实 → Kafka → 另一服务生效"
LIMIT = "同样的行手写 SQL 与 aiokafka"


async def measure(one: Running, heard: Heard, kafka: str) -> list[Figure]:
    await fill(one, COUNT)
    started = time.perf_counter()
    await heard.until(COUNT, 120)
    behind = COUNT / (time.perf_counter() - started)
    late = percentile(await paced(one, heard), 99) * 1000
    async with by_hand.pipe(one.settings.owner_dsn, heard.owner_dsn, kafka) as pipe:
        bound = await by_hand.rate(pipe, COUNT)
        floor = percentile(await by_hand.delays(pipe, PER_SECOND, SECONDS), 99) * 1000
    name = f"{WAY}，{PER_SECOND} 条/秒时 p99"
    return [
        Figure(f"{WAY}（积压时）", behind, "条/秒", bound, LIMIT, 5000),
        Figure(name, late, "毫秒", floor, LIMIT, 250, lower=True),
    ]


async def fill(one: Running, count: int) -> None:
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


async def paced(one: Running, heard: Heard) -> list[float]:
    """Seconds between the commit of a fact and the sight of its effect; infinite when it never came.

    A few writers, each with streams of its own, keep the pace together.
    """
    facts = one.runtime.facts
    committed: dict[str, float] = {}
    begin = time.perf_counter()

    async def writer(number: int) -> None:
        keys = [f"{new_id()}" for _ in range(5)]
        for key in keys:
            async with facts.transaction() as db:
                await facts.execute_in(db, COUNTER, key, Open("甲"), context())
        for n in range(PER_SECOND * SECONDS // WRITERS):
            due = begin + 0.5 + (n * WRITERS + number) / PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            async with facts.transaction() as db:
                added = await facts.execute_in(db, COUNTER, keys[n % 5], Add(1), context())
            committed[added[0].id] = time.perf_counter()

    seen: dict[str, float] = {}
    watching = asyncio.create_task(heard.watch(seen))
    await asyncio.gather(*(writer(number) for number in range(WRITERS)))
    took = time.perf_counter() - begin - 0.5
    if took > 1.05 * SECONDS:
        print(f"这台机器只达到每秒 {len(committed) / took:.0f} 条", flush=True)
    await asyncio.sleep(2)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return [seen.get(id, math.inf) - at for id, at in committed.items()]


async def _run(postgres: TestPostgres, kafka: TestKafka) -> None:
    async with running(sample(), postgres, kafka) as one:
        # While the new broker chooses leaders, aiokafka reports each try as an error.
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        async with listener(postgres, kafka.address, one.settings.kafka_prefix) as heard:
            show(await measure(one, heard, kafka.address))


def main() -> None:
    with database_server() as postgres, broker() as kafka:
        asyncio.run(_run(postgres, kafka))


if __name__ == "__main__":
    with stoppable():
        main()
