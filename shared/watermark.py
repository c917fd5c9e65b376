"""Every minute a service states, as a fact, how many facts it holds: omission becomes visible."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared import store
from shared.db import WRITERS, Pool
from shared.decider import Decider
from shared.events import Codec, Event, Wire
from shared.facts import Aggregate, Facts
from shared.ids import new_id
from shared.store import Context


class WatermarkStated(Event):
    """So many facts (`count`), this one not included, up to and including `position`."""

    type: str
    count: int
    position: int


class StateWatermark(Wire):
    type: str
    count: int
    position: int


def _decide(command: StateWatermark, _: int) -> Sequence[WatermarkStated]:
    return [WatermarkStated(type=command.type, count=command.count, position=command.position)]


WATERMARK: Aggregate[StateWatermark, int, WatermarkStated] = Aggregate(
    category="watermark",
    decider=Decider(0, _decide, lambda state, _: state + 1),
    codec=Codec(WatermarkStated),
    project=lambda _: (),
    publish=lambda event: event.wire(),
)


async def state_watermark(facts: Facts, pool: Pool) -> WatermarkStated:
    """Count under the writers' lock, so that no fact below the count is still in flight."""
    stream = WATERMARK.stream(facts.service)
    async with pool.acquire() as db, db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock($1)", WRITERS)
        last: Any = await db.fetchrow(
            "SELECT version, position, (data->>'count')::bigint AS count FROM events"
            " WHERE stream = $1 ORDER BY version DESC LIMIT 1",
            stream,
        )
        version, counted, start = (
            (last["version"], last["count"] + 1, last["position"]) if last else (0, 0, 0)
        )
        new: Any = await db.fetchrow(
            "SELECT count(*) AS n, coalesce(max(position), $1) AS top FROM events WHERE position > $1",
            start,
        )
        event = WatermarkStated(
            type=f"{facts.service}.watermark-stated.v1",
            count=counted + new["n"],
            position=new["top"],
        )
        context = Context("-", facts.actor, datetime.now(UTC), new_id())
        await store.append(
            db, WATERMARK.codec, WATERMARK.publish, stream, version, [event], context
        )
    facts.on_commit()
    return event


async def run_watermarks(facts: Facts, pool: Pool, every: float) -> None:
    """`every` in seconds."""
    while True:
        await asyncio.sleep(every)
        await state_watermark(facts, pool)
