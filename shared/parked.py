"""Parked messages: tried again with back-off, in order, until they succeed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import structlog

from shared.db import CONNECTION_ERRORS, Db
from shared.envelope import Message
from shared.inbox import Inbox, Intake, kind_of
from shared.store import StaleVersion

log = structlog.get_logger()

# Nothing wrong with the message: the next round tries it again.
LATER: tuple[type[BaseException], ...] = (*CONNECTION_ERRORS, StaleVersion)

# The first message of each stream whose turn it is: its predecessor has been taken in.
HEADS = """
SELECT DISTINCT ON (p.stream) p.* FROM parked p
LEFT JOIN inbox i ON i.consumer = p.consumer AND i.stream = p.stream
WHERE p.consumer = $1 AND p.version <= coalesce(i.version, 0) + 1
  AND p.kind <> 'unreadable' AND ($2 OR p.next_try_at <= now())
ORDER BY p.stream, p.version
"""


async def retry_parked(inbox: Inbox, *, now: bool = False) -> int:
    """Try each stream's first parked message (with `now` also those whose time has not come).

    Returns how many were taken in. One success may free the next of its stream: called again until 0.
    """
    async with inbox.facts.reading() as db:
        heads = await db.fetch(HEADS, inbox.consumer, now)
    done = 0
    for row in heads:
        done += await _retry(inbox, row)
    return done


async def retry_all(inbox: Inbox) -> int:
    """Try everything again now, until nothing more succeeds; return how many were taken in."""
    done = 0
    while healed := await retry_parked(inbox, now=True):
        done += healed
    return done


async def _retry(inbox: Inbox, row: Db) -> bool:
    message = Message(
        row["topic"], row["stream"], orjson.loads(row["headers"]), bytes(row["value"])
    )
    try:
        async with inbox.facts.transaction() as db:
            await db.execute(
                "DELETE FROM parked WHERE consumer = $1 AND stream = $2 AND version = $3",
                inbox.consumer,
                row["stream"],
                row["version"],
            )
            intake = Intake(db, inbox.consumer, inbox.handlers)
            await intake.open([row["stream"]])
            await intake.take(message)
            await intake.close()
        return True
    except LATER:
        return False
    except Exception as error:
        await _postpone(inbox, row, error)
        return False


async def _postpone(inbox: Inbox, row: Db, error: Exception) -> None:
    kind = kind_of(error)
    wait = 1 if kind == "waiting" else min(2 ** min(row["attempts"] + 1, 10), 300)
    async with inbox.facts.transaction() as db:
        await db.execute(
            "UPDATE parked SET attempts = attempts + 1, next_try_at = now() + $4, kind = $5,"
            " reason = $6 WHERE consumer = $1 AND stream = $2 AND version = $3",
            inbox.consumer,
            row["stream"],
            row["version"],
            timedelta(seconds=wait),
            kind,
            repr(error)[:500],
        )


async def run_retries(inbox: Inbox, idle: float = 1.0) -> None:
    """Every `idle` seconds; without pause while streams are being freed."""
    while True:
        if await retry_parked(inbox) == 0:
            await asyncio.sleep(idle)
