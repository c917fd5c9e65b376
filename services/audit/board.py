"""The live board's worker: the only Faust app. Its figures may be thrown away and are recounted.

Faust acknowledges an event even when its agent raised, so what it counts is never the last word:
`recount.py` sets it right from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import faust

from services.audit.domain.board import KINDS, count
from services.audit.settings import AuditSettings
from shared.db import Pool, connect
from shared.settings import Settings

TOPICS = sorted({f"gongkai.{type.partition('.')[0]}" for type in KINDS})
BATCH, WITHIN = 500, 0.2  # events, seconds


async def add(pool: Pool, events: Sequence[Any]) -> None:
    """Count one batch; what lies before the place of the last recount is already in it."""
    async with pool.acquire() as db, db.transaction():
        # The recount takes these two tables in the same order.
        await db.execute("LOCK TABLE board_counts, board_progress IN SHARE ROW EXCLUSIVE MODE")
        rows = await db.fetch("SELECT topic, part, next_offset FROM board_progress")
        done = {(row["topic"], row["part"]): row["next_offset"] for row in rows}
        new = [e for e in events if e.message.offset >= done.get(_place(e), 0)]
        cells = count(read(new))
        await db.executemany(
            "INSERT INTO board_counts AS b (agency, kind, hour, n) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (agency, kind, hour) DO UPDATE SET n = b.n + excluded.n",
            [(*cell, n) for cell, n in cells.items()],
        )
        await db.executemany(
            "INSERT INTO board_progress AS p (topic, part, next_offset) VALUES ($1, $2, $3)"
            " ON CONFLICT (topic, part) DO UPDATE SET moved_at = now(),"
            " next_offset = greatest(p.next_offset, excluded.next_offset)",
            [(*_place(e), e.message.offset + 1) for e in new],
        )


def read(events: Iterable[Any]) -> Iterable[tuple[str, str, datetime]]:
    """Type, agency and time from the headers; records that are none of ours are left out."""
    for event in events:
        try:
            headers = {name: value.decode() for name, value in (event.headers or {}).items()}
            yield (
                headers["ce_type"],
                headers["ce_agency"],
                datetime.fromisoformat(headers["ce_time"]),
            )
        except (KeyError, ValueError, AttributeError):
            continue


def _place(event: Any) -> tuple[str, int]:
    return (event.message.topic, event.message.partition)


def make_app(settings: Settings, audit: AuditSettings) -> Any:
    """The Faust app: raw bytes, batches of 500, its own consumer group."""
    app = faust.App(
        audit.board_group,
        broker=f"kafka://{settings.kafka}",
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        broker_session_timeout=6.0,  # a killed worker's partitions are free after this
        broker_heartbeat_interval=1.0,
        datadir=str(settings.data / "board"),
    )
    topic = app.topic(*TOPICS, key_serializer="raw", value_serializer="raw")

    async def counting(stream: Any) -> None:
        pool = await connect(settings.worker_dsn, 1)
        async for events in stream.take_events(BATCH, within=WITHIN):
            await add(pool, events)

    app.agent(topic, name="board")(counting)
    return app


def run(settings: Settings) -> None:
    """`python -m services.audit board`: until SIGTERM."""
    app = make_app(settings, AuditSettings())
    faust.Worker(app, loglevel="warn").execute_from_commandline()
