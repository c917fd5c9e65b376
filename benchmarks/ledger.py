"""Speed of the provable ledger, each figure beside this machine's raw COPY in the same run.

`python -m benchmarks.ledger [EVENTS]` (200,000 unless given) starts its own PostgreSQL, Kafka, signer and
witness; the ledger runs in a process of its own, as `python -m services.audit ledger`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import asyncpg
from aiokafka import AIOKafkaProducer

from benchmarks.by_copy import copied
from benchmarks.figures import Figure, percentile, show
from benchmarks.servers import broker, database_server, scratch
from deploy.embedded.databases import create_database
from deploy.embedded.supervisor import stoppable
from services.audit import proofs
from services.audit.fsck import check, check_leaves, snapshot
from services.audit.main import SERVICE
from services.audit.vault import Vault
from shared.db import migrate
from shared.envelope import Message
from tests.audit.processes import Ledger, ledger
from tests.audit.records import message
from tests.conftest import TestPostgres
from tests.servers import create_topics
from tlog.checkpoint import checkpoint_of

EVENTS = 200_000
DATABASE = "bench_ledger"
VERSIONS = 5  # of one stream
PAD = "政务公开" * 55  # makes an event about 1 KB with its headers
PACE, SECONDS = 1_000, 10  # events a second, and for how long


def story(first: int, count: int, now: datetime) -> Iterable[Message]:
    """Facts of items in turn, five versions each."""
    for n in range(first, first + count):
        stream, version = divmod(n, VERSIONS)
        name = f"{stream:08d}-0000-7000-8000-000000000001"
        data = {"itemId": name, "pad": PAD, "n": n}
        yield message(
            "catalog.item-revised.v1", f"item-{name}", version + 1, data, position=n + 1, at=now
        )


async def fill(kafka: str, messages: Iterable[Message]) -> None:
    """Onto the topic, as the relay sends."""
    out = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5, max_batch_size=256 * 1024)
    async with out:
        sent = []
        for one in messages:
            sent.append(await send(out, one))
            if len(sent) == 2_000:
                await asyncio.gather(*sent)
                sent.clear()
        await asyncio.gather(*sent)


async def send(out: AIOKafkaProducer, one: Message) -> asyncio.Future[object]:
    headers = [(name, value.encode()) for name, value in one.headers.items()]
    future: asyncio.Future[object] = await out.send(
        one.topic, one.value, one.key.encode(), headers=headers
    )
    return future


async def size_of(db: asyncpg.Connection) -> int:
    size: int = await db.fetchval("SELECT size FROM ledger_head")
    return size


async def taken_in(one: Ledger, db: asyncpg.Connection, count: int) -> tuple[float, float]:
    """Events a second until all are durable, and seconds more until a witnessed note covers them."""
    one.start()
    while await size_of(db) <= 2:
        one.alive()
        await asyncio.sleep(0.01)
    begin = time.perf_counter()
    while (size := await size_of(db)) < count:
        one.alive()
        await asyncio.sleep(0.05)
    durable = time.perf_counter()
    while await db.fetchval("SELECT coalesce(max(size), 0) FROM ledger_note WHERE quorum") < size:
        one.alive()
        await asyncio.sleep(0.05)
    return count / (durable - begin), time.perf_counter() - durable


async def delays(kafka: str, db: asyncpg.Connection, first: int) -> list[float]:
    """Seconds between handing an event to the producer and seeing it durable, at a steady pace."""
    sizes: list[tuple[float, int]] = []
    watching = asyncio.create_task(_watch(db, sizes))
    sent: dict[str, float] = {}
    async with AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=0) as out:
        begin = time.perf_counter()
        for n, one in enumerate(story(first, PACE * SECONDS, datetime.now(UTC))):
            await asyncio.sleep(max(0.0, begin + n / PACE - time.perf_counter()))
            sent[one.id] = time.perf_counter()
            await send(out, one)
    await asyncio.sleep(2)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    rows = await db.fetch("SELECT idx, id FROM ledger_event WHERE id = ANY($1)", list(sent))
    at = iter(sizes)
    seen, found = next(at), []
    for row in sorted(rows, key=lambda row: row["idx"]):
        while seen[1] <= row["idx"]:
            seen = next(at)
        found.append(seen[0] - sent[row["id"]])
    assert len(found) == len(sent), f"{len(sent) - len(found)} events are not in the ledger"
    return found


async def _watch(db: asyncpg.Connection, sizes: list[tuple[float, int]]) -> None:
    while True:
        size = await size_of(db)
        if not sizes or size > sizes[-1][1]:
            sizes.append((time.perf_counter(), size))
        await asyncio.sleep(0.003)


async def proving(dsn: str, tries: int = 1_000) -> list[float]:
    """Seconds for an inclusion proof against the newest witnessed note, its own check included."""
    db = await asyncpg.connect(dsn, server_settings={"jit": "off"})
    try:
        note = await proofs.newest(db)
        size, taken = checkpoint_of(note).size, []
        for n in range(tries):
            begin = time.perf_counter()
            await proofs.entry(db, n * 7919 % size, note)
            taken.append(time.perf_counter() - begin)
        return taken
    finally:
        await db.close()


async def verifying(dsn: str, vault: Vault) -> tuple[float, float]:
    """Leaves a second of the tree, and entries a second with every record opened and derived again."""
    async with snapshot(dsn) as db:
        begin = time.perf_counter()
        report = await check_leaves(db, {})
        assert report.sound, report.differences
        fast = report.checked / (time.perf_counter() - begin)
    async with snapshot(dsn) as db:
        begin = time.perf_counter()
        report = await check(db, vault, {})
        assert report.sound, report.differences
        return fast, report.checked / (time.perf_counter() - begin)


async def run(count: int, one: Ledger, kafka: str) -> Sequence[Figure]:
    await fill(kafka, story(0, count, datetime.now(UTC)))
    limit = await copied(one.superuser)
    db = await asyncpg.connect(one.worker)
    rate, provable = await taken_in(one, db, count)
    waited = await delays(kafka, db, count)
    peak = one.stop()
    proved = await proving(one.worker)
    fast, full = await verifying(one.worker, one.vault)
    await db.close()
    copy = "原始 COPY，条/秒"
    return [
        Figure(f"Kafka → 入账（{count:,} 条，每条约 1 KB）", rate, "条/秒", limit, copy, 10_000),
        Figure("最后一条入账 → 达到见证法定数", provable, "秒", None, "", 3, lower=True),
        Figure(
            f"事件 → 入账，{PACE:,} 条/秒时 p99", percentile(waited, 99) * 1000, "毫秒",
            None, "", 150, lower=True,
        ),
        Figure(
            "包含证明 p95（含自检）", percentile(proved, 95) * 1000, "毫秒", None, "", 5, lower=True
        ),
        Figure("核验：条目与校验树", fast, "条/秒", limit, copy, 150_000),
        Figure("核验：连同全部原始消息与索引", full, "条/秒", limit, copy, 10_000),
        Figure("台账进程内存峰值", peak / 1e6, "MB", None, "", 300, lower=True),
    ]  # fmt: skip


async def prepared(postgres: TestPostgres, kafka: str) -> None:
    await create_database(postgres.admin_dsn, DATABASE, "audit")
    await migrate(postgres.dsn(DATABASE, "audit_owner"), SERVICE.migrations)
    await create_topics(kafka, "")


def main(count: int) -> None:
    with (
        scratch() as folder,
        database_server() as postgres,
        broker() as kafka,
    ):
        asyncio.run(prepared(postgres, kafka.address))
        with ledger(folder, postgres, kafka.address, DATABASE) as one:
            show(asyncio.run(run(count, one, kafka.address)))


if __name__ == "__main__":
    with stoppable():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
