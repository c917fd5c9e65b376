"""By when an item must be public: looked up, computed, and computed again when a clock starts."""

from __future__ import annotations

from datetime import date

from services.catalog.aggregates import ITEM
from services.catalog.domain.item_commands import Reschedule
from services.catalog.domain.item_events import Particulars
from services.catalog.policy.clocks import publication_limit
from services.catalog.policy.model import PolicySet
from shared import reference
from shared.db import Db
from shared.facts import Context, Facts
from shared.workdays import Explained


def starts_of(item: Particulars, determined_on: date | None = None) -> dict[str, date]:
    """The starting events that have happened."""
    days = {
        "FORMED": item.formed_on,
        "CHANGED": item.changed_on,
        "EVENT": item.event_on,
        "DETERMINED": determined_on,
    }
    return {name: day for name, day in days.items() if day}


async def publish_by(
    db: Db, policy: PolicySet, item: Particulars, determined_on: date | None = None
) -> Explained | None:
    """The explained date under the item's own policy set; None while no clock runs, and for
    what need not be published."""
    if item.attribute != "PROACTIVE":
        return None
    return publication_limit(
        policy,
        await reference.calendar(db),
        starts_of(item, determined_on),
        duration_class=item.duration_class,
        category=item.category,
        affairs_type=item.affairs_type,
    )


async def reschedule(
    db: Db, facts: Facts, item_id: str, context: Context, determined_on: date | None = None
) -> None:
    """Compute the date anew; a fact when it is another one than before."""
    state, _ = await facts.load(db, ITEM, item_id)
    item = state.particulars
    if item is None:
        return
    row = await reference.policy_version(db, item.policy_agency, item.policy_version)
    determined = determined_on or state.determined_on
    found = await publish_by(db, PolicySet.model_validate(row.data), item, determined)
    if found is not None:
        await facts.execute_in(db, ITEM, item_id, Reschedule(found.wire()), context)


async def reschedule_open(db: Db, facts: Facts, context: Context, year: int) -> int:
    """After a calendar year was published or corrected: every date that still counts and may touch it.

    In the transaction of the publication, so that no date is forgotten. Returns how many were looked at.
    """
    rows = await db.fetch(
        "SELECT item_id, agency FROM items WHERE NOT fulfilled"
        " AND (provisional OR publish_by >= make_date($1, 1, 1)) ORDER BY item_id",
        year,
    )
    for row in rows:
        own = Context(row["agency"], context.actor, context.at, context.correlation)
        await reschedule(db, facts, row["item_id"], own)
    return len(rows)
