"""The listening service of a benchmark, in a process of its own as services are."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import asyncpg

from tests.conftest import TestKafka, TestPostgres
from tests.kernel import running
from tests.shared.sample import Ledger, sample

STAMP = (
    "ALTER TABLE effects ADD COLUMN at timestamptz DEFAULT clock_timestamp();"
    " CREATE INDEX ON effects (at)"
)


@dataclass(frozen=True)
class Heard:
    """What it has taken in, seen through a connection that is not its own."""

    db: Any
    owner_dsn: str

    async def until(self, count: int, seconds: float) -> None:
        """Until there are `count` effects. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while await self.db.fetchval("SELECT count(*) FROM effects") < count:
            if time.monotonic() > end:
                raise TimeoutError
            await asyncio.sleep(0.02)

    async def watch(self, seen: dict[str, float]) -> None:
        """Note when each effect becomes visible, every 5 ms; the stamp keeps looking cheap."""
        while True:
            rows = await self.db.fetch(
                "SELECT stream || ':' || version AS id FROM effects"
                " WHERE at > clock_timestamp() - interval '1 s'"
            )
            now = time.perf_counter()
            for row in rows:
                seen.setdefault(row["id"], now)
            await asyncio.sleep(0.005)


@asynccontextmanager
async def listener(postgres: TestPostgres, kafka: str, prefix: str) -> AsyncIterator[Heard]:
    """Running and subscribed to the topics with this prefix."""
    ours, theirs = multiprocessing.Pipe()
    given = (TestPostgres(postgres.admin_dsn, postgres.secret), kafka, prefix, theirs)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=given, daemon=True)
    process.start()
    try:
        owner, worker = await asyncio.to_thread(ours.recv)
        db = await asyncpg.connect(owner)
        await db.execute(STAMP)
        await db.close()
        db = await asyncpg.connect(worker)
        try:
            yield Heard(db, owner)
        finally:
            await db.close()
    finally:
        ours.send("enough")
        await asyncio.to_thread(process.join, 20)
        process.kill()


def _serve(postgres: TestPostgres, kafka: str, prefix: str, parent: Connection) -> None:
    asyncio.run(_run(postgres, kafka, prefix, parent))


async def _run(postgres: TestPostgres, kafka: str, prefix: str, parent: Connection) -> None:
    service, heard = sample(Ledger(), "feedback"), {"kafka_prefix": prefix}
    async with running(service, postgres, TestKafka(kafka), settings=heard) as one:
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        parent.send((one.settings.owner_dsn, one.settings.worker_dsn))
        await asyncio.to_thread(parent.recv)
