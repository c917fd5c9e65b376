"""What the machine can do at most for a ledger: rows copied into a table, with fsync, and nothing else."""

from __future__ import annotations

import time

import asyncpg

BATCH = 1_000


async def copied(superuser: str, seconds: float = 4) -> float:
    """Rows a second of 1 KB with a hash and a primary key, 1,000 in a transaction: the machine's limit."""
    db = await asyncpg.connect(superuser)
    try:
        await db.execute("CREATE TABLE raw (idx bigint PRIMARY KEY, body bytea, hash bytea)")
        body, digest, done = b"x" * 1024, b"h" * 32, 0
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            rows = [(n, body, digest) for n in range(done, done + BATCH)]
            await db.copy_records_to_table("raw", records=rows)
            done += BATCH
        return done / (time.perf_counter() - begin)
    finally:
        await db.execute("DROP TABLE IF EXISTS raw")
        await db.close()
