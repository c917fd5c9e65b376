"""The inbox: at-least-once delivery, exactly-once effect, per (consumer, stream).

A version already taken in is dropped; one that comes too early, or behind a parked one, is parked and
holds its own stream only. The mark and the effect commit together; the offset is committed after.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import structlog
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from shared.bus import Bus
from shared.db import CONNECTION_ERRORS, Db
from shared.envelope import Message, Unreadable
from shared.errors import DomainError, NotReady
from shared.facts import Facts
from shared.store import StaleVersion

Handler = Callable[[Db, Message], Awaitable[None]]
log = structlog.get_logger()

SAVE = 1.0  # seconds between two commits of offsets
TRIES = 5  # before a message with an unexpected error is parked


class Overtaken(Exception):
    """Another consumer took the same stream in at the same time: do the batch again."""


@dataclass
class Intake:
    """One batch inside one transaction: what was taken in before, and what this batch adds."""

    db: Db
    consumer: str
    handlers: Mapping[str, Handler]
    before: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    held: set[tuple[str, int]] = field(default_factory=set)

    async def open(self, streams: Sequence[str]) -> None:
        rows = await self.db.fetch(
            "SELECT stream, version FROM inbox WHERE consumer = $1 AND stream = ANY($2) FOR UPDATE",
            self.consumer,
            streams,
        )
        self.before = {row["stream"]: row["version"] for row in rows}
        self.seen = dict(self.before)
        rows = await self.db.fetch(
            "SELECT stream, version FROM parked WHERE consumer = $1 AND stream = ANY($2)",
            self.consumer,
            streams,
        )
        self.held = {(row["stream"], row["version"]) for row in rows}

    async def take(self, message: Message) -> None:
        """Drop, handle or park one message."""
        last = self.seen.get(message.stream, 0)
        if message.version <= last or (message.stream, message.version) in self.held:
            return
        if message.version > last + 1:
            await park(self.db, self.consumer, message, "behind", f"waits for version {last + 1}")
            self.held.add((message.stream, message.version))
            return
        if handler := self.handlers.get(message.type):
            with bound_contextvars(correlation=message.correlation, causation=message.id):
                await handler(self.db, message)
        self.seen[message.stream] = message.version

    async def close(self) -> None:
        """Move the marks, unless another consumer has moved one of them meanwhile."""
        moved = {s: v for s, v in self.seen.items() if v != self.before.get(s, 0)}
        if not moved:
            return
        done = await self.db.fetch(
            "INSERT INTO inbox (consumer, stream, version)"
            " SELECT $1, * FROM unnest($2::text[], $3::int[])"
            " ON CONFLICT (consumer, stream) DO UPDATE SET version = excluded.version"
            " WHERE inbox.version < excluded.version RETURNING stream",
            self.consumer,
            list(moved),
            list(moved.values()),
        )
        if len(done) != len(moved):
            raise Overtaken(self.consumer)


async def park(
    db: Db, consumer: str, message: Message, kind: str, reason: str, stream: str | None = None
) -> None:
    """Put a message aside with its reason. Parking the same one twice keeps the first."""
    await db.execute(
        "INSERT INTO parked (consumer, stream, version, type, topic, headers, value, kind, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        consumer,
        stream or message.stream,
        0 if stream else message.version,
        message.headers.get("ce_type", "?"),
        message.topic,
        orjson.dumps(dict(message.headers)).decode(),
        message.value,
        kind,
        reason[:500],
    )


class Inbox:
    """Takes messages in for one service. `facts` owns the transactions."""

    def __init__(self, facts: Facts, consumer: str, handlers: Mapping[str, Handler]) -> None:
        self.facts = facts
        self.consumer = consumer
        self.handlers = handlers

    async def receive(self, messages: Sequence[Message]) -> None:
        """Return only when it is safe to commit the offsets; waits out a database that is away."""
        while True:
            try:
                await self._together(messages)
                return
            except CONNECTION_ERRORS as error:
                log.warning("database away, waiting", error=repr(error))
                await asyncio.sleep(1)
            except Exception:
                break
        # One of them is at fault: find it by going one by one.
        for message in messages:
            await self._alone(message)

    async def _together(self, messages: Sequence[Message]) -> None:
        streams = list({message.stream for message in messages})
        for message in messages:
            _ = message.version, message.id, message.type  # unreadable ones show here
        async with self.facts.transaction() as db:
            intake = Intake(db, self.consumer, self.handlers)
            await intake.open(streams)
            for message in messages:
                await intake.take(message)
            await intake.close()

    async def _alone(self, message: Message) -> None:
        tries = 0
        while True:
            try:
                await self._together([message])
                return
            except CONNECTION_ERRORS as error:
                log.warning("database away, waiting", error=repr(error))
                await asyncio.sleep(1)
            except (StaleVersion, Overtaken):
                await asyncio.sleep(0.01)
            except Exception as error:
                tries += 1
                kind = kind_of(error)
                if kind != "failed" or tries == TRIES:
                    await self._park(message, kind, error)
                    return
                await asyncio.sleep(0.05 * 2**tries)

    async def _park(self, message: Message, kind: str, error: Exception) -> None:
        if kind != "waiting":
            log.error("message parked", kind=kind, headers=dict(message.headers), error=repr(error))
        stream = _place(message) if kind == "unreadable" else None
        while True:
            try:
                async with self.facts.transaction() as db:
                    await park(db, self.consumer, message, kind, repr(error), stream)
                return
            except CONNECTION_ERRORS:
                await asyncio.sleep(1)


def kind_of(error: Exception) -> str:
    """Why a message is parked: a refusal, an unreadable record, missing reference data, or a bug."""
    if isinstance(error, NotReady):
        return "waiting"
    if isinstance(error, Unreadable):
        return "unreadable"
    if isinstance(error, DomainError | ValidationError):
        return "refused"
    return "failed"


def _place(message: Message) -> str | None:
    """Where an unreadable record lay: it may have no stream of its own."""
    if "ce_subject" in message.headers and message.headers.get("ce_sequence", "").isdigit():
        return None
    return f"{message.topic}/{message.partition}/{message.offset}"


async def run_consumer(bus: Bus, inbox: Inbox, topics: Sequence[str]) -> None:
    """Offsets are saved after the work, and not after each batch: to the broker that is as much work as
    a message, and what is read again after a crash is recognised and dropped."""
    saved = -math.inf
    async for messages, commit in bus.subscribe(inbox.consumer, topics):
        await inbox.receive(messages)
        if time.monotonic() - saved >= SAVE:
            await commit()
            saved = time.monotonic()
