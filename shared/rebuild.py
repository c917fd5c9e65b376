"""Rebuild: read tables are disposable, made again from facts in position order, in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from shared.db import Db, Pool
from shared.facts import Aggregate, Recorded, Statement

BATCH = 10_000


async def rebuild(
    pool: Pool, aggregates: Sequence[Aggregate[Any, Any, Any]], read_tables: Sequence[str]
) -> int:
    """Empty `read_tables` and the timers, project every fact again; return how many.

    One transaction: readers see the old tables until the new ones are whole.
    """
    known = {aggregate.category: aggregate for aggregate in aggregates}
    count = 0
    async with pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL synchronous_commit = off")
        await db.execute("TRUNCATE " + ", ".join([*read_tables, "timers"]))
        cursor = await db.cursor("SELECT * FROM events ORDER BY position")
        while rows := await cursor.fetch(BATCH):
            await _project(db, (_recorded(known, row) for row in rows))
            count += len(rows)
    return count


def _recorded(
    known: dict[str, Aggregate[Any, Any, Any]], row: Any
) -> tuple[Recorded[Any], Iterable[Statement]] | None:
    aggregate = known.get(row["stream"].partition("-")[0])
    if aggregate is None:
        return None
    fact = Recorded(
        aggregate.codec.decode(row["data"]), row["stream"], row["version"], row["position"],
        row["agency"], row["actor"], row["recorded_at"], row["correlation"], row["causation"],
    )  # fmt: skip
    return fact, aggregate.project(fact)


async def _project(
    db: Db, facts: Iterable[tuple[Recorded[Any], Iterable[Statement]] | None]
) -> None:
    """Statements of different streams touch different rows, so those of the same rank in their
    streams may run together, grouped by their SQL."""
    rounds: defaultdict[int, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    rank: defaultdict[str, int] = defaultdict(int)
    for pair in facts:
        if pair is None:
            continue
        fact, statements = pair
        for statement in statements:
            rounds[rank[fact.stream]][statement.sql].append(statement.args)
            rank[fact.stream] += 1
    for number in sorted(rounds):
        for sql, arguments in rounds[number].items():
            await db.executemany(sql, arguments)
