"""Load, decide, append, project, enqueue: one command, one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared import store
from shared.db import Db, Pool, reading, unscoped
from shared.decider import Decider
from shared.errors import Stale
from shared.events import Codec, Event, Json
from shared.store import Context as Context
from shared.store import Recorded as Recorded

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Statement:
    """One SQL statement of a projection, with its arguments."""

    sql: str
    args: tuple[Any, ...]

    def __init__(self, sql: str, *args: Any) -> None:
        object.__setattr__(self, "sql", sql)
        object.__setattr__(self, "args", args)


@dataclass(frozen=True)
class Aggregate(Generic[C, S, E]):
    """What the kernel must know of one kind of aggregate.

    `project` is pure and touches only rows keyed by its own stream, so that rebuild may batch.
    `publish` gives the words that leave; None lets only type and hash leave.
    """

    category: str
    decider: Decider[C, S, E]
    codec: Codec[E]
    project: Callable[[Recorded[E]], Iterable[Statement]]
    publish: Callable[[E], Json | None]

    def stream(self, key: str) -> str:
        return f"{self.category}-{key}"


class Facts:
    """One service's way to its own facts. `on_commit` wakes the outbox relay."""

    def __init__(self, service: str, worker_pool: Pool, on_commit: Callable[[], None]) -> None:
        self.service = service
        self.actor = f"service:{service}"
        self._pool = worker_pool
        self.on_commit = on_commit

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """For consumers, timers and tasks: the worker role sees every agency."""
        async with unscoped(self._pool) as db:
            yield db
        self.on_commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Db]:
        """For looks that change nothing; the worker role sees every agency."""
        async with reading(self._pool) as db:
            yield db

    async def load(self, db: Db, aggregate: Aggregate[C, S, E], key: str) -> tuple[S, int]:
        """Current state and version; (initial, 0) when nothing happened yet."""
        history = await store.load(db, aggregate.codec, aggregate.stream(key))
        return aggregate.decider.fold(history), len(history)

    async def execute_in(
        self,
        db: Db,
        aggregate: Aggregate[C, S, E],
        key: str,
        command: C,
        context: Context,
        expected: int | None = None,
    ) -> Sequence[Recorded[E]]:
        """Decide on a command inside the caller's transaction.

        `expected` is the version a form was made from; raises Stale when the stream has moved on,
        StaleVersion when another transaction won the race (retried by whoever owns the transaction).
        """
        state, version = await self.load(db, aggregate, key)
        if expected is not None and expected != version:
            raise Stale(current=version)
        events = aggregate.decider.decide(command, state)
        recorded = await store.append(
            db, aggregate.codec, aggregate.publish, aggregate.stream(key), version, events, context
        )
        for fact in recorded:
            for statement in aggregate.project(fact):
                await db.execute(statement.sql, *statement.args)
        return recorded
