"""The outbox relay: facts leave in order, one relay at a time, deleted when Kafka has them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence

from shared.bus import Publisher
from shared.db import Pool, one_transaction, reading
from shared.envelope import Message, message_of

RELAY = 7_003
BATCH = 1000
# Seconds from one small batch to the next: each costs the broker and every consumer a round of its own,
# whatever is in it. A fact that comes after a pause leaves at once.
PACE = 0.1

PENDING = """
SELECT position, stream, version, type, agency, actor, recorded_at, correlation, causation, message
FROM outbox JOIN events USING (position) ORDER BY position LIMIT $1
"""


LATE = 5.0  # seconds that facts may wait for the broker before people are told


class Outgoing:
    """The bus as the relay uses it, and whether facts have to wait for it."""

    def __init__(self, bus: Publisher) -> None:
        self._bus = bus
        self._since: float | None = None

    async def publish(self, messages: Sequence[Message]) -> None:
        self._since = self._since or time.monotonic()
        await self._bus.publish(messages)
        self._since = None

    @property
    def late(self) -> bool:
        return self._since is not None and time.monotonic() - self._since > LATE


async def relay_batch(pool: Pool, bus: Publisher, service: str, limit: int = BATCH) -> int:
    """Publish one batch and return its size. A crash before commit publishes it again."""
    async with one_transaction(pool) as db:
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
    pool: Pool, bus: Publisher, service: str, wake: asyncio.Event, idle: float = 0.5
) -> None:
    """Drain for ever; `wake` is set after each commit here, `idle` (seconds) covers other processes."""
    while True:
        wake.clear()
        sent = await relay_batch(pool, bus, service) if await _waiting(pool) else 0
        if sent == 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), idle)
        elif sent < BATCH:
            await asyncio.sleep(PACE)


async def _waiting(pool: Pool) -> bool:
    """Many wake the relay who have changed nothing: one look is cheaper than a transaction."""
    async with reading(pool) as db:
        return bool(await db.fetchval("SELECT EXISTS (SELECT FROM outbox)"))


async def republish(pool: Pool, bus: Publisher, service: str, batch: int = 1000) -> int:
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
