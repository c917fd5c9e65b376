"""Facts of catalog → its read tables and timers. Pure; each touches only rows of its own stream."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import orjson

from services.catalog.domain.item_events import (
    ItemDrafted,
    ItemEvent,
    ItemProgressed,
    ItemRevised,
    ItemSubmitted,
    ItemWithdrawnByDrafter,
    ObligationMissed,
    ObligationRescheduled,
    Particulars,
)
from services.catalog.domain.people import (
    AgencyRegistered,
    DirectoryEvent,
    OfficeHolderChanged,
    OrganEstablished,
    PersonRegistered,
)
from services.catalog.domain.rules import PolicySetActivated, RuleEvent
from shared import directory, reference
from shared.events import Json
from shared.facts import Recorded, Statement

PUBLISH_BY = "catalog.publish-by"


def project_item(fact: Recorded[ItemEvent]) -> Iterable[Statement]:
    yield _history(fact)
    match fact.event:
        case ItemDrafted() | ItemRevised() as event:
            yield _drafted(fact, event)
            yield _revision(event, submitted=False)
            yield _timer(fact)
        case ItemSubmitted() as event:
            yield _status(fact, "SUBMITTED")
            yield _revision(event, submitted=True)
        case ItemWithdrawnByDrafter():
            yield _status(fact, "DRAFT")
        case ItemProgressed() as event:
            yield _status(fact, event.status, fulfilled=event.fulfilled)
            if event.destroyed:
                yield Statement(
                    "UPDATE item_revisions SET destroyed = true WHERE item_id = $1 AND revision = $2",
                    fact.key,
                    event.revision,
                )
            if event.fulfilled:
                yield _timer(fact)
        case ObligationRescheduled() as event:
            yield Statement(
                "UPDATE items SET publish_by = $2, publish_rule = $3, provisional = $4, version = $5"
                " WHERE item_id = $1",
                fact.key,
                *_deadline(event.publish_by),
                fact.version,
            )
            yield _timer(fact)
        case ObligationMissed() as event:
            yield Statement(
                "UPDATE items SET missed_on = $2, version = $3 WHERE item_id = $1",
                fact.key,
                event.due_on,
                fact.version,
            )
            yield _timer(fact)


def _drafted(fact: Recorded[ItemEvent], item: Particulars) -> Statement:
    return Statement(
        "INSERT INTO items (item_id, agency, revision, version, status, drafter, manifest_hash,"
        " affairs_type, category, attribute, particulars, drafted_at, changed_at, publish_by,"
        " publish_rule, provisional)"
        " VALUES ($1, $2, $3, $4, 'DRAFT', $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14)"
        " ON CONFLICT (item_id) DO UPDATE SET revision = excluded.revision,"
        " version = excluded.version, status = excluded.status,"
        " manifest_hash = excluded.manifest_hash, affairs_type = excluded.affairs_type,"
        " category = excluded.category, attribute = excluded.attribute,"
        " particulars = excluded.particulars, changed_at = excluded.changed_at,"
        " drafter = excluded.drafter, publish_by = excluded.publish_by,"
        " publish_rule = excluded.publish_rule, provisional = excluded.provisional,"
        " fulfilled = items.fulfilled AND items.revision = excluded.revision",
        fact.key,
        fact.agency,
        item.revision,
        fact.version,
        item.drafter,
        item.manifest_hash,
        item.affairs_type,
        item.category,
        item.attribute,
        orjson.dumps(item.wire()).decode(),
        fact.recorded_at,
        *_deadline(item.publish_by),
    )


def _revision(item: Particulars, *, submitted: bool) -> Statement:
    return Statement(
        "INSERT INTO item_revisions (item_id, revision, agency, manifest_hash, submitted)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (item_id, revision) DO UPDATE"
        " SET manifest_hash = excluded.manifest_hash,"
        " submitted = excluded.submitted OR (item_revisions.submitted"
        " AND item_revisions.manifest_hash = excluded.manifest_hash)",
        item.item_id,
        item.revision,
        item.agency,
        item.manifest_hash,
        submitted,
    )


def _status(fact: Recorded[ItemEvent], status: str, *, fulfilled: bool = False) -> Statement:
    """A duty once fulfilled stays so."""
    return Statement(
        "UPDATE items SET status = $2, version = $3, changed_at = $4, fulfilled = fulfilled OR $5"
        " WHERE item_id = $1",
        fact.key,
        status,
        fact.version,
        fact.recorded_at,
        fulfilled,
    )


def _deadline(rule: Json | None) -> tuple[date | None, str | None, bool]:
    """The publish-by date, its rule, and whether it is provisional."""
    if not rule:
        return None, None, False
    return date.fromisoformat(rule["due"]), orjson.dumps(rule).decode(), bool(rule["provisional"])


TIMER = """
MERGE INTO timers USING (
    SELECT 'publish-by-' || item_id AS id, publish_by, agency,
           publish_by IS NOT NULL AND NOT fulfilled AND missed_on IS DISTINCT FROM publish_by AS wanted,
           (publish_by + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due,
           json_build_object('dueOn', publish_by) AS data
    FROM items WHERE item_id = $1
) AS item ON timers.id = item.id
WHEN MATCHED AND NOT item.wanted THEN DELETE
WHEN MATCHED THEN UPDATE SET due = item.due, data = item.data, attempts = 0
WHEN NOT MATCHED AND item.wanted THEN INSERT (id, due, kind, stream, agency, data)
    VALUES (item.id, item.due, $2, $3, item.agency, item.data)
"""


def _timer(fact: Recorded[ItemEvent]) -> Statement:
    """The timer that looks when the day has passed: a function of the item's own row, so that it is
    the same after a rebuild. None when the duty is met or the miss of that day is recorded."""
    return Statement(TIMER, fact.key, PUBLISH_BY, fact.stream)


def _history(fact: Recorded[ItemEvent]) -> Statement:
    event = fact.event
    note = {
        "status": getattr(event, "status", None),
        "reason": getattr(event, "reason_from", None),
    }
    return Statement(
        "INSERT INTO item_history (item_id, version, agency, type, revision, actor, at, note)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        fact.key,
        fact.version,
        fact.agency,
        event.type,
        getattr(event, "revision", None),
        fact.actor,
        fact.recorded_at,
        orjson.dumps(note).decode(),
    )


def project_directory(fact: Recorded[DirectoryEvent]) -> Iterable[Statement]:
    match fact.event:
        case AgencyRegistered():
            yield from directory.agency_registered(fact.event.wire())
        case OrganEstablished():
            yield from directory.organ_established(fact.event.wire())
        case OfficeHolderChanged():
            yield from directory.holder_changed(fact.event.wire())
        case PersonRegistered(person_id=person, agency_id=agency, name_hash=name):
            yield Statement(
                "INSERT INTO people (person, agency, name_address) VALUES ($1, $2, $3)"
                " ON CONFLICT (person) DO UPDATE SET agency = excluded.agency,"
                " name_address = excluded.name_address",
                person,
                agency,
                name,
            )


def project_rule(fact: Recorded[RuleEvent]) -> Iterable[Statement]:
    if isinstance(fact.event, PolicySetActivated):
        yield from reference.policy_activated(fact.event.wire())
    else:
        yield from reference.calendar_published(fact.event.wire())
