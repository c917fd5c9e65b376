"""The fact store: append under the optimistic lock, with the message beside the fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Generic, TypeVar

import asyncpg
import orjson

from shared.db import Db
from shared.events import Codec, Event, Json

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Context:
    """Who acts, for which agency and when (UTC); two ids tie a chain of messages together."""

    agency: str
    actor: str
    at: datetime
    correlation: str
    causation: str | None = None


@dataclass(frozen=True)
class Recorded(Generic[E]):
    """An event as it lies in the store."""

    event: E
    stream: str
    version: int
    position: int
    agency: str
    actor: str
    recorded_at: datetime
    correlation: str
    causation: str | None

    @property
    def id(self) -> str:
        return f"{self.stream}:{self.version}"

    @property
    def key(self) -> str:
        """The stream's name without its category."""
        return self.stream.partition("-")[2]


class StaleVersion(Exception):
    """Another transaction appended first. Not a DomainError: whoever owns the transaction retries."""


async def load(db: Db, codec: Codec[E], stream: str) -> list[E]:
    """The events of one stream, oldest first, old versions lifted."""
    rows = await db.fetch("SELECT data FROM events WHERE stream = $1 ORDER BY version", stream)
    return [codec.decode(row["data"]) for row in rows]


# The outbox row is the fact's position only: the message lies beside the fact.
APPEND = """
WITH added AS (
    INSERT INTO events
        (stream, version, type, data, agency, actor, recorded_at, correlation, causation, message)
    SELECT $1, $2 + n, type, data::json, $3, $4, $5, $6, $7, message
    FROM unnest($8::text[], $9::text[], $10::bytea[]) WITH ORDINALITY AS e (type, data, message, n)
    ORDER BY n
    RETURNING position, version
), queued AS (INSERT INTO outbox (position) SELECT position FROM added)
SELECT position FROM added ORDER BY version
"""


async def append(
    db: Db,
    codec: Codec[E],
    publish: Callable[[E], Json | None],
    stream: str,
    version: int,
    events: Sequence[E],
    context: Context,
) -> Sequence[Recorded[E]]:
    """Append after `version`; the primary key (stream, version) is the lock.

    Raises StaleVersion when somebody else appended first.
    """
    if not events:
        return []
    stored = [codec.encode(event) for event in events]
    try:
        rows = await db.fetch(
            APPEND,
            stream,
            version,
            context.agency,
            context.actor,
            context.at,
            context.correlation,
            context.causation,
            [event.type for event in events],
            [data.decode() for data in stored],
            [_message(publish(event), data) for event, data in zip(events, stored, strict=True)],
        )
    except asyncpg.UniqueViolationError as error:
        raise StaleVersion(f"{stream} has moved past version {version}") from error
    return [
        Recorded(
            event, stream, version + n, row["position"], context.agency, context.actor,
            context.at, context.correlation, context.causation,
        )
        for n, (event, row) in enumerate(zip(events, rows, strict=True), start=1)
    ]  # fmt: skip


def _message(published: Json | None, stored: bytes) -> bytes:
    """The value that leaves; a fact that is nobody else's business leaves as its hash."""
    return orjson.dumps({"sha256": sha256(stored).hexdigest()} if published is None else published)
