"""The delivery loop: due deliveries are acted on outside any transaction, then the outcome is recorded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime

import structlog

from services.publisher.aggregates import DELIVERY, PUBLICATION
from services.publisher.contents import fetched
from services.publisher.domain.commands import NoteConfirmed
from services.publisher.domain.delivery import (
    AUTOMATIC,
    NOT_TWICE,
    ConfirmDelivery,
    DeliveryCommand,
    FailDelivery,
    StartDelivery,
    SubmitDelivery,
)
from services.publisher.domain.events import Evidence
from services.publisher.jobs import Act, DeliveryRefused, Due, HandedOver, Job, Shown
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
FIRST_LOOK = 0.25  # seconds

# Due, and not ahead of its turn: the ring before has been confirmed (先党内、后党外).
DUE = """
SELECT d.* FROM deliveries d JOIN publications p ON p.item_id = d.item_id AND p.round = d.round
WHERE d.state <> 'CONFIRMED' AND d.channel = ANY($1) AND d.next_try <= now() AND d.key <> ALL ($2)
  AND (d.ring = 0 OR EXISTS (SELECT 1 FROM published_rings r
       WHERE r.item_id = d.item_id AND r.round = d.round AND r.ring = d.ring - 1))
ORDER BY d.next_try LIMIT $3
"""


class Looks:
    """When a channel is asked again about what it was handed: after ¼, ½, 1 … 60 seconds. In memory."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._next: dict[str, float] = {}

    def later(self, key: str) -> None:
        asked = self._asked.get(key, 0)
        self._asked[key] = asked + 1
        self._next[key] = time.monotonic() + min(FIRST_LOOK * 2**asked, 60)

    def over(self, key: str) -> None:
        self._asked.pop(key, None)
        self._next.pop(key, None)

    def not_yet(self) -> list[str]:
        now = time.monotonic()
        return [key for key, at in self._next.items() if at > now]


async def deliver_due(runtime: Runtime, acts: Mapping[str, Act], looks: Looks) -> int:
    """Act on what is due, several at once; return how many."""
    async with runtime.facts.reading() as db:
        rows = await db.fetch(DUE, sorted(AUTOMATIC & set(acts)), looks.not_yet(), BATCH)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(due: Due) -> None:
        async with slots:
            await deliver(runtime, acts[due.channel], due, looks)

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(one(Due.of(row)))
    return len(rows)


async def deliver(runtime: Runtime, act: Act, due: Due, looks: Looks) -> None:
    """Act once and record the outcome; a channel's failure is a fact, never an exception."""
    facts = runtime.facts
    outcome: Shown | HandedOver | str | None
    try:
        outcome = await _acted(runtime, act, due)
    except CONNECTION_ERRORS:
        raise
    except DeliveryRefused as refusal:
        outcome = refusal.code
    except DomainError as refusal:
        outcome = type(refusal).__name__
    except Exception as error:
        log.error("delivery failed", delivery=due.key, error=repr(error), exc_info=True)
        outcome = "INTERNAL"
    match outcome:
        case Shown(evidence):
            # Crash here: shown but not recorded; the act is done again and recognises its own mark.
            await _confirm(facts, due, evidence)
        case HandedOver(ref):
            looks.later(due.key)
            if due.state != "SUBMITTED":
                await _record(facts, due, SubmitDelivery(ref))
            return
        case str(code):
            await _record(facts, due, FailDelivery(code, datetime.now(UTC)))
        case None:
            pass
    looks.over(due.key)


async def _acted(runtime: Runtime, act: Act, due: Due) -> Shown | HandedOver | None:
    """None when another revision has been approved meanwhile: this round is over."""
    async with runtime.facts.reading() as db:
        state, _ = await runtime.facts.load(db, PUBLICATION, due.item_id)
    if state.clearance is None or state.round != due.round or not state.released:
        return None
    job = Job(due, state.clearance, state, await fetched(runtime, state.clearance))
    if due.channel in NOT_TWICE and due.state == "PENDING":
        await _record(runtime.facts, due, StartDelivery())
    return await act(job)


async def _record(facts: Facts, due: Due, command: DeliveryCommand) -> None:
    context = _context(facts, due)

    async def write(db: Db) -> None:
        await facts.execute_in(db, DELIVERY, due.key, command, context)

    await retried(facts, write)


async def _confirm(facts: Facts, due: Due, evidence: tuple[Evidence, ...]) -> None:
    context = _context(facts, due)
    today = legal_day(context.at)
    await retried(facts, lambda db: confirm(db, facts, due.key, today, evidence, context))


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
