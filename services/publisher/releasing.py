"""Releasing: the act that lets an approved item go; plans one delivery per ring and channel."""

from __future__ import annotations

from datetime import datetime

from services.publisher.aggregates import DELIVERY, PUBLICATION
from services.publisher.domain.clearance import Clearance
from services.publisher.domain.commands import ReleaseItem
from services.publisher.domain.delivery import PlanDelivery, delivery_key
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.domain.events import PostUntil
from services.publisher.domain.posting import posting_until
from services.publisher.domain.publication import Publication
from shared import directory, reference
from shared.db import Db
from shared.facts import Context, Facts
from shared.workdays import legal_day

DEFAULT_FORMAT = "{code}/{year}-{serial:05d}"


async def release(
    db: Db, facts: Facts, item_id: str, context: Context, expected: int | None = None
) -> None:
    """Release in the caller's transaction. Raises NoSuchPublication, AlreadyReleased, LeaksOutside."""
    state, _ = await facts.load(db, PUBLICATION, item_id)
    cleared = state.clearance
    if cleared is None:
        raise NoSuchPublication
    today = legal_day(context.at)
    number = state.index_no or await next_index(db, cleared, context.at)
    until = await post_until(db, cleared, context.at)
    command = ReleaseItem(context.actor, today, number, until)
    await facts.execute_in(db, PUBLICATION, item_id, command, context, expected)
    await _plan(db, facts, cleared, state.round, context)


async def _plan(db: Db, facts: Facts, cleared: Clearance, round: int, context: Context) -> None:
    used: set[str] = set()
    for number, ring in enumerate(cleared.rings):
        for channel in ring.channels:
            key = delivery_key(cleared.item_id, number, channel, round, channel in used)
            used.add(channel)
            command = PlanDelivery(
                cleared.item_id, cleared.revision, round, number, ring.scope, channel,
                cleared.manifest_hash,
            )  # fmt: skip
            await facts.execute_in(db, DELIVERY, key, command, context)


async def next_index(db: Db, cleared: Clearance, at: datetime) -> str:
    """The next 索引号 of the agency and year, under its counter's row lock: no gap, never twice."""
    year = legal_day(at).year
    serial = await db.fetchval(
        "INSERT INTO index_counters (agency, year, last) VALUES ($1, $2, 1)"
        " ON CONFLICT (agency, year) DO UPDATE SET last = index_counters.last + 1 RETURNING last",
        cleared.agency,
        year,
    )
    policy = await reference.policy_version(db, cleared.policy_agency, cleared.policy_version)
    code = (await directory.agency(db, cleared.agency)).code
    form = policy.data.get("indexFormat", DEFAULT_FORMAT)
    return str(form.format(code=code, year=year, serial=serial))


async def post_until(db: Db, cleared: Clearance, at: datetime) -> PostUntil:
    """Counted from the legal day of `at`."""
    policy = await reference.policy_version(db, cleared.policy_agency, cleared.policy_version)
    calendar = await reference.calendar(db)
    return posting_until(
        policy.data, calendar, legal_day(at), cleared.duration_class, cleared.important
    )


def waiting(state: Publication) -> bool:
    """Approved and not released."""
    return state.clearance is not None and not state.released
