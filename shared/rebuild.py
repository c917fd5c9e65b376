"""Rebuild: read tables are disposable, made again from facts in position order, in batches."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from shared.db import WRITERS, Db, Pool
from shared.facts import Aggregate, Recorded, Statement

BATCH = 10_000
Known = dict[str, Aggregate[Any, Any, Any]]
# Statements of different streams touch different rows, so those of the same rank in their streams
# may run together, grouped by their SQL.
Round = list[tuple[str, list[tuple[Any, ...]]]]

FACTS = """
SELECT position, stream, version, data, agency, actor, recorded_at, correlation, causation
FROM events WHERE position > $1 ORDER BY position LIMIT $2
"""
UNIQUE = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = $1::text::regclass AND indisunique
"""


async def rebuild(
    pool: Pool, aggregates: Sequence[Aggregate[Any, Any, Any]], read_tables: Sequence[str]
) -> int:
    """Project every fact again into `read_tables` and the timers; return how many facts.

    Meanwhile writers wait and readers see the old tables; a crash leaves those as they were.
    """
    known = {aggregate.category: aggregate for aggregate in aggregates}
    tables = [*read_tables, "timers"]
    async with pool.acquire() as db:
        await db.execute("SELECT pg_advisory_lock($1)", WRITERS)
        try:
            schema = await db.fetchval("SELECT current_schema()")
            async with _aside(db, schema, tables):
                count = await _replay(db, known)
                await _take_over(db, schema, tables)
        finally:
            await db.execute("SELECT pg_advisory_unlock($1)", WRITERS)
    return count


@asynccontextmanager
async def _aside(db: Db, schema: str, tables: Sequence[str]) -> AsyncIterator[None]:
    """Temporary tables of the same names stand before the real ones: unlogged, with unique indexes
    only, and each statement commits by itself, so that a row changed ten times leaves no ten versions
    to walk through (three times as fast as in one transaction on the real tables)."""
    try:
        await db.execute("SET temp_buffers = '64MB'")
        for table in tables:
            real = f"{schema}.{table}"
            await db.execute(
                f"CREATE TEMP TABLE {table} (LIKE {real} INCLUDING DEFAULTS) WITH (fillfactor = 50)"
            )
            for row in await db.fetch(UNIQUE, real):
                await db.execute(row[0].replace(f" ON {real} ", f" ON pg_temp.{table} "))
        # A statement this connection prepared earlier would still mean the real table.
        await db.execute("DISCARD PLANS")
        yield
    finally:
        await db.execute("DISCARD TEMP")


async def _replay(db: Db, known: Known) -> int:
    """While the database executes one batch, a thread prepares the next."""
    count, rounds = 0, list[Round]()
    rows = await db.fetch(FACTS, 0, BATCH)
    while rows:
        count += len(rows)
        preparing = asyncio.create_task(asyncio.to_thread(_rounds, known, rows))
        await _execute(db, rounds)
        rounds = await preparing
        rows = await db.fetch(FACTS, rows[-1]["position"], BATCH)
    await _execute(db, rounds)
    return count


async def _execute(db: Db, rounds: Iterable[Round]) -> None:
    for statements in rounds:
        for sql, arguments in statements:
            await db.executemany(sql, arguments)


async def _take_over(db: Db, schema: str, tables: Sequence[str]) -> None:
    """The new rows replace the old ones at once."""
    async with db.transaction():
        await db.execute("TRUNCATE " + ", ".join(f"{schema}.{table}" for table in tables))
        for table in tables:
            await db.execute(f"INSERT INTO {schema}.{table} TABLE pg_temp.{table}")


def _rounds(known: Known, rows: Sequence[Any]) -> list[Round]:
    rounds: defaultdict[int, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    rank: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        for statement in _statements(known, row):
            rounds[rank[row["stream"]]][statement.sql].append(statement.args)
            rank[row["stream"]] += 1
    return [list(rounds[number].items()) for number in sorted(rounds)]


def _statements(known: Known, row: Any) -> Iterable[Statement]:
    aggregate = known.get(row["stream"].partition("-")[0])
    if aggregate is None:
        return ()
    fact = Recorded(
        aggregate.codec.decode(row["data"]), row["stream"], row["version"], row["position"],
        row["agency"], row["actor"], row["recorded_at"], row["correlation"], row["causation"],
    )  # fmt: skip
    return aggregate.project(fact)
