"""The delivery loop: due deliveries are acted on outside any transaction, then the outcome is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import structlog

from services.publisher.aggregates import DELIVERY, PUBLICATION
from services.publisher.contents import Content, fetched
from services.publisher.domain.clearance import Clearance
from services.publisher.domain.commands import NoteConfirmed
from services.publisher.domain.delivery import (
    AUTOMATIC,
    ConfirmDelivery,
    FailDelivery,
    SubmitDelivery,
)
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.domain.events import Evidence
from services.publisher.domain.publication import Publication
from services.publisher.releasing import post_until
from shared.db import CONNECTION_ERRORS, Db
from shared.errors import DomainError
from shared.facts import Context, Facts
from shared.ids import derived_id
from shared.runtime import Runtime
from shared.store import StaleVersion
from shared.workdays import legal_day, start_of

log = structlog.get_logger()
BATCH = 50
AT_ONCE = 8

# Due, and not ahead of its turn: the ring before has been confirmed (先党内、后党外).
DUE = """
SELECT d.* FROM deliveries d JOIN publications p ON p.item_id = d.item_id AND p.round = d.round
WHERE d.state <> 'CONFIRMED' AND d.channel = ANY($1) AND d.next_try <= now()
  AND (d.ring = 0 OR EXISTS (SELECT 1 FROM published_rings r
       WHERE r.item_id = d.item_id AND r.round = d.round AND r.ring = d.ring - 1))
ORDER BY d.next_try LIMIT $2
"""


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come."""

    key: str
    item_id: str
    agency: str
    round: int
    ring: int
    channel: str
    state: str
    ref: str | None


@dataclass(frozen=True)
class Job:
    """What an act needs to know: the delivery, what was cleared, and its verified content."""

    due: Due
    cleared: Clearance
    publication: Publication
    content: Content


@dataclass(frozen=True)
class Shown:
    """The act succeeded: this is the proof."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class HandedOver:
    """The channel has it; the outcome comes later under `ref`."""

    ref: str


class DeliveryRefused(Exception):
    """The channel did not take it; tried again later. `code` is shown to the office."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


Act = Callable[[Job], Awaitable[Shown | HandedOver]]


async def deliver_due(runtime: Runtime, acts: Mapping[str, Act]) -> int:
    """Act on what is due, several at once; return how many."""
    async with runtime.facts.transaction() as db:
        rows = await db.fetch(DUE, sorted(AUTOMATIC & set(acts)), BATCH)
    due = [
        Due(
            r["key"],
            r["item_id"],
            r["agency"],
            r["round"],
            r["ring"],
            r["channel"],
            r["state"],
            r["ref"],
        )
        for r in rows
    ]
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(delivery: Due) -> None:
        async with slots:
            await deliver(runtime, acts[delivery.channel], delivery)

    await asyncio.gather(*(one(delivery) for delivery in due))
    return len(due)


async def deliver(runtime: Runtime, act: Act, due: Due) -> None:
    """Act once and record the outcome; a channel's failure is a fact, never an exception."""
    facts = runtime.facts
    try:
        outcome = await act(await _job(runtime, due))
    except CONNECTION_ERRORS:
        raise
    except (DomainError, DeliveryRefused) as refusal:
        code = refusal.code if isinstance(refusal, DeliveryRefused) else type(refusal).__name__
        await _record(facts, due, FailDelivery(code, datetime.now(UTC)))
        return
    except Exception as error:
        log.error("delivery failed", delivery=due.key, error=repr(error), exc_info=True)
        await _record(facts, due, FailDelivery("INTERNAL", datetime.now(UTC)))
        return
    if isinstance(outcome, HandedOver):
        if due.state != "SUBMITTED":
            await _record(facts, due, SubmitDelivery(outcome.ref))
        else:
            await _later(facts, due)
        return
    # Crash here: shown but not recorded; the act is done again and recognises its own mark.
    context = _context(facts, due)
    await retried(
        facts,
        lambda db: confirm(db, facts, due.key, legal_day(context.at), outcome.evidence, context),
    )


async def _job(runtime: Runtime, due: Due) -> Job:
    async with runtime.facts.transaction() as db:
        state, _ = await runtime.facts.load(db, PUBLICATION, due.item_id)
    if state.clearance is None:
        raise NoSuchPublication
    return Job(due, state.clearance, state, await fetched(runtime, state.clearance))


async def _record(facts: Facts, due: Due, command: FailDelivery | SubmitDelivery) -> None:
    context = _context(facts, due)

    async def write(db: Db) -> None:
        await facts.execute_in(db, DELIVERY, due.key, command, context)

    await retried(facts, write)


async def _later(facts: Facts, due: Due) -> None:
    """Still under way: look again in a second."""
    async with facts.transaction() as db:
        await db.execute(
            "UPDATE deliveries SET next_try = now() + interval '1 second' WHERE key = $1", due.key
        )


def _context(facts: Facts, due: Due) -> Context:
    correlation = derived_id("delivery", due.key)
    return Context(due.agency, facts.actor, datetime.now(UTC), correlation, due.key)


async def retried(facts: Facts, work: Callable[[Db], Awaitable[None]]) -> None:
    """Do `work` in a transaction of its own, again when another one was faster."""
    while True:
        try:
            async with facts.transaction() as db:
                await work(db)
            return
        except StaleVersion:
            await asyncio.sleep(0.01)


async def confirm(
    db: Db,
    facts: Facts,
    key: str,
    occurred_on: date,
    evidence: tuple[Evidence, ...],
    context: Context,
) -> None:
    """Confirm a delivery and tell its publication, in one transaction.

    Raises NoSuchDelivery, NotWaiting, TooEarly.
    """
    state, _ = await facts.load(db, DELIVERY, key)
    command = ConfirmDelivery(occurred_on, context.actor, evidence)
    await facts.execute_in(db, DELIVERY, key, command, context)
    planned = state.planned
    assert planned is not None  # execute_in has refused otherwise
    publication, _ = await facts.load(db, PUBLICATION, planned.item_id)
    assert publication.clearance is not None
    until = await post_until(db, publication.clearance, start_of(occurred_on))
    note = NoteConfirmed(planned.round, planned.ring, planned.channel, occurred_on, evidence, until)
    await facts.execute_in(db, PUBLICATION, planned.item_id, note, context)
