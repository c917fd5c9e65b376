"""Releasing: the act that lets an approved item go; plans one delivery per ring and channel."""

from __future__ import annotations

from datetime import datetime

from services.publisher.aggregates import DELIVERY, PUBLICATION
from services.publisher.domain.clearance import HANDLING_RESULT, Clearance
from services.publisher.domain.commands import ReleaseItem
from services.publisher.domain.delivery import PlanDelivery, delivery_key
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.domain.events import PostUntil
from services.publisher.domain.posting import posting_until
from services.publisher.domain.publication import Publication
from services.publisher.domain.scopes import Matrix
from shared import directory, reference
from shared.db import Db
from shared.errors import NotFound, NotReady
from shared.events import Json
from shared.facts import Context, Facts
from shared.workdays import legal_day

DEFAULT_FORMAT = "{code}/{year}-{serial:05d}"


async def release(
    db: Db, facts: Facts, item_id: str, context: Context, expected: int | None = None
) -> None:
    """Release in the caller's transaction.

    Raises NoSuchPublication, AlreadyReleased, LeaksOutside, Stale; NotReady without reference data.
    """
    state, _ = await facts.load(db, PUBLICATION, item_id)
    cleared = state.clearance
    if cleared is None:
        raise NoSuchPublication
    policy = await policy_of(db, cleared)
    number, serial = await _number(db, facts, state, cleared, policy, context.at)
    command = ReleaseItem(
        by=context.actor,
        on=legal_day(context.at),
        index_no=number,
        serial=serial,
        post_until=await post_until(db, cleared, context.at),
        matrix=matrix_of(policy),
    )
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


async def policy_of(db: Db, cleared: Clearance) -> Json:
    """The rules the item was determined under. Raises NotReady."""
    row = await reference.policy_version(db, cleared.policy_agency, cleared.policy_version)
    return row.data


def matrix_of(policy: Json) -> Matrix:
    """Scope → channels; a scope that the policy does not name has none."""
    return {scope: frozenset(rule["channels"]) for scope, rule in policy.get("scopes", {}).items()}


async def _number(
    db: Db, facts: Facts, state: Publication, cleared: Clearance, policy: Json, at: datetime
) -> tuple[str, int | None]:
    """索引号, and its serial when it is new. A handling result stands under its item's number."""
    if state.index_no:
        return state.index_no, None
    if cleared.kind == HANDLING_RESULT and cleared.responds_to:
        parent, _ = await facts.load(db, PUBLICATION, cleared.responds_to)
        if parent.index_no is None:
            raise NotReady(f"{cleared.responds_to} is not released yet")
        return parent.index_no, None
    return await next_index(db, cleared.agency, policy, at)


async def next_index(db: Db, agency: str, policy: Json, at: datetime) -> tuple[str, int]:
    """The next number of the agency and year, under its counter's row lock: no gap, never twice.

    A release that is refused or loses a race gives its number back with its transaction.
    """
    year = legal_day(at).year
    serial = await db.fetchval(
        "INSERT INTO index_counters (agency, year, last) VALUES ($1, $2, 1)"
        " ON CONFLICT (agency, year) DO UPDATE SET last = index_counters.last + 1 RETURNING last",
        agency,
        year,
    )
    try:
        code = (await directory.agency(db, agency)).code
    except NotFound as error:
        raise NotReady(f"agency {agency} is not here yet") from error
    form = policy.get("indexFormat", DEFAULT_FORMAT)
    return str(form.format(code=code, year=year, serial=serial)), serial


async def post_until(db: Db, cleared: Clearance, at: datetime) -> PostUntil:
    """Counted from the legal day of `at`."""
    return posting_until(
        await policy_of(db, cleared),
        await reference.calendar(db),
        legal_day(at),
        cleared.duration_class,
        cleared.important,
    )
