"""Durable timers: rows made by projections, fired by the service itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from structlog.contextvars import bound_contextvars

from shared.db import CONNECTION_ERRORS, Db
from shared.errors import DomainError
from shared.events import Json
from shared.facts import Facts, Statement
from shared.ids import derived_id
from shared.store import Context

log = structlog.get_logger()


@dataclass(frozen=True)
class Timer:
    """Something due. `due` is UTC; `stream` names whose it is."""

    id: str
    due: datetime
    kind: str
    stream: str
    agency: str
    data: Json

    @property
    def correlation(self) -> str:
        """The same timer always has the same."""
        return derived_id("timer", self.id)

    def context(self, actor: str, at: datetime) -> Context:
        """The service itself acts."""
        return Context(self.agency, actor, at, self.correlation, self.id)


TimerHandler = Callable[[Db, Timer], Awaitable[None]]


def schedule(
    id: str, due: datetime, kind: str, stream: str, agency: str, data: Json | None = None
) -> Statement:
    """Set a timer, or move it when the id is known. `due` is UTC."""
    return Statement(
        "INSERT INTO timers (id, due, kind, stream, agency, data) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (id) DO UPDATE SET due = excluded.due, data = excluded.data, attempts = 0",
        id,
        due,
        kind,
        stream,
        agency,
        orjson.dumps(data or {}).decode(),
    )


def cancel(id: str) -> Statement:
    return Statement("DELETE FROM timers WHERE id = $1", id)


async def fire_due(facts: Facts, handlers: Mapping[str, TimerHandler]) -> int:
    """Fire what is due, each in its own transaction with the removal of its row; return how many."""
    fired = 0
    async with facts.reading() as db:
        due = await db.fetch(
            "SELECT id FROM timers WHERE due <= now() AND kind = ANY($1) ORDER BY due LIMIT 200",
            list(handlers),
        )
    for row in due:
        try:
            async with facts.transaction() as db:
                fired += await _fire(db, row["id"], handlers)
        except CONNECTION_ERRORS:
            raise
        except DomainError as refusal:
            # Its time came, but the thing has moved on: the refusal is the answer.
            log.info("timer refused", timer=row["id"], reason=refusal.detail)
            async with facts.transaction() as db:
                await db.execute("DELETE FROM timers WHERE id = $1 AND due <= now()", row["id"])
        except Exception as error:
            log.error("timer failed", timer=row["id"], error=repr(error))
            await _postpone(facts, row["id"])
    return fired


async def _fire(db: Db, id: str, handlers: Mapping[str, TimerHandler]) -> bool:
    row = await db.fetchrow("DELETE FROM timers WHERE id = $1 AND due <= now() RETURNING *", id)
    if row is None:
        return False
    timer = Timer(
        row["id"], row["due"], row["kind"], row["stream"], row["agency"], orjson.loads(row["data"])
    )
    with bound_contextvars(correlation=timer.correlation, causation=timer.id):
        await handlers[timer.kind](db, timer)
    return True


async def _postpone(facts: Facts, id: str) -> None:
    async with facts.transaction() as db:
        await db.execute(
            "UPDATE timers SET attempts = attempts + 1,"
            " due = now() + make_interval(secs => least(2 ^ (attempts + 1), 300)) WHERE id = $1",
            id,
        )


async def run_timers(facts: Facts, handlers: Mapping[str, TimerHandler], idle: float = 0.5) -> None:
    while True:
        if await fire_due(facts, handlers) == 0:
            await asyncio.sleep(idle)
