"""The board against the ledger: counted anew every few minutes, the drift kept and shown."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import structlog

from services.audit.domain.board import KEPT, KINDS, Cell, drift
from services.audit.settings import AuditSettings
from shared.db import Db, Pool
from shared.runtime import Runtime

log = structlog.get_logger()
PATIENCE = 30  # times a second that the ledger may be behind the board before it is counted anyway
SOURCE = (
    "SELECT DISTINCT ON (topic, part) topic, part, next_offset FROM ledger_source"
    " ORDER BY topic, part, generation DESC"
)
AHEAD = """
SELECT count(*) FROM board_progress b LEFT JOIN (
    SELECT DISTINCT ON (topic, part) topic, part, next_offset FROM ledger_source
    ORDER BY topic, part, generation DESC) s USING (topic, part)
WHERE b.next_offset > coalesce(s.next_offset, 0)
"""


async def run_recounts(runtime: Runtime) -> None:
    """For ever, at the interval of the settings."""
    every = AuditSettings().reconcile_seconds
    while True:
        for _ in range(PATIENCE):
            if not await runtime.worker_pool.fetchval(AHEAD):
                break
            await asyncio.sleep(1)
        await recount(runtime.worker_pool)
        await asyncio.sleep(every)


async def recount(pool: Pool) -> int:
    """Set the board to what the ledger's index says; returns by how many events it was off."""
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read"):
        # Before the first query: the snapshot must not be older than the lock.
        await db.execute("LOCK TABLE board_counts, board_progress IN EXCLUSIVE MODE")
        shown = await _shown(db)
        right = await _right(db)
        off = drift(shown, right)
        await _set(db, shown, right)
        await db.execute(
            f"INSERT INTO board_progress (topic, part, next_offset) {SOURCE}"
            " ON CONFLICT (topic, part) DO UPDATE SET next_offset = excluded.next_offset"
            " WHERE board_progress.next_offset <> excluded.next_offset"
        )
        await db.execute("DELETE FROM board_recounts WHERE at < now() - interval '7 days'")
        await db.execute(
            "INSERT INTO board_recounts (drift, counted) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            off,
            right.total(),
        )
    if off:
        log.warning("board corrected", drift=off)
    return off


async def _shown(db: Db) -> dict[Cell, int]:
    rows = await db.fetch("SELECT agency, kind, hour, n FROM board_counts")
    return {(row["agency"], row["kind"], row["hour"]): row["n"] for row in rows}


async def _right(db: Db) -> Counter[Cell]:
    rows = await db.fetch(
        "SELECT type, agency, date_trunc('hour', occurred_at, 'UTC') AS hour, count(*) AS n"
        " FROM ledger_event WHERE type = ANY($1) AND occurred_at >= $2 GROUP BY 1, 2, 3",
        list(KINDS),
        datetime.now(UTC) - KEPT,
    )
    return Counter({(row["agency"], KINDS[row["type"]], row["hour"]): row["n"] for row in rows})


async def _set(db: Any, shown: dict[Cell, int], right: Counter[Cell]) -> None:
    wrong = [cell for cell in {*shown, *right} if shown.get(cell, 0) != right.get(cell, 0)]
    await db.executemany(
        "DELETE FROM board_counts WHERE agency = $1 AND kind = $2 AND hour = $3", wrong
    )
    await db.executemany(
        "INSERT INTO board_counts (agency, kind, hour, n) VALUES ($1, $2, $3, $4)",
        [(*cell, right[cell]) for cell in wrong if right[cell]],
    )
