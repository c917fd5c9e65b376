"""The outbox relay: facts leave in order, one relay at a time, deleted when Kafka has them."""

from __future__ import annotations

import asyncio

from shared.bus import Bus
from shared.db import Pool
from shared.envelope import message_of

RELAY = 7_003

PENDING = """
SELECT position, stream, version, type, agency, actor, recorded_at, correlation, causation, message
FROM outbox JOIN events USING (position) ORDER BY position LIMIT $1
"""


async def relay_batch(pool: Pool, bus: Bus, service: str, limit: int = 1000) -> int:
    """Publish one batch and return its size. A crash before commit publishes it again."""
    async with pool.acquire() as db, db.transaction():
        # A second relay waits here and then reads what is left: with SKIP LOCKED, version 3 of a
        # stream could reach Kafka before version 2; with a cursor, facts would be lost.
        await db.execute("SELECT pg_advisory_xact_lock($1)", RELAY)
        rows = await db.fetch(PENDING, limit)
        if rows:
            await bus.publish([message_of(service, row) for row in rows])
            # Crash here: Kafka has them, the outbox still does; consumers drop what they have seen.
            await db.execute(
                "DELETE FROM outbox WHERE position = ANY($1)", [row["position"] for row in rows]
            )
        return len(rows)


async def run_relay(
    pool: Pool, bus: Bus, service: str, wake: asyncio.Event, idle: float = 0.5
) -> None:
    """Drain for ever; `wake` is set after each commit here, `idle` (seconds) covers other processes."""
    while True:
        wake.clear()
        if await relay_batch(pool, bus, service) == 0:
            try:
                await asyncio.wait_for(wake.wait(), idle)
            except TimeoutError:
                continue


async def republish(pool: Pool, bus: Bus, service: str, batch: int = 1000) -> int:
    """Send every fact again, byte for byte as the first time, in order; return how many.

    For a lost or emptied Kafka. Consumers drop what they have seen.
    """
    sent, after = 0, 0
    while True:
        async with pool.acquire() as db:
            rows = await db.fetch(
                "SELECT position, stream, version, type, agency, actor, recorded_at, correlation,"
                " causation, message FROM events WHERE position > $1 ORDER BY position LIMIT $2",
                after,
                batch,
            )
        if not rows:
            return sent
        await bus.publish([message_of(service, row) for row in rows])
        sent, after = sent + len(rows), rows[-1]["position"]
