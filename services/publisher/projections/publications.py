"""Facts of publications → what is released, what is public, until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import orjson

from services.publisher.domain.events import (
    ChannelNoted,
    ItemPublished,
    PostingEnded,
    PostingRecounted,
    PostUntil,
    PublicationCompleted,
    PublicationEvent,
    PublicationOpened,
    PublicationScheduled,
)
from shared import timers
from shared.facts import Recorded, Statement
from shared.workdays import start_of

END_POSTING = "publisher.end-posting"


def project_publication(fact: Recorded[PublicationEvent]) -> Iterable[Statement]:
    match fact.event:
        case PublicationOpened() as event:
            yield _opened(fact, event)
        case PublicationScheduled() as event:
            yield _scheduled(fact, event)
            if event.serial is not None:
                yield _counter(fact, event.released_on.year, event.serial)
        case ItemPublished() as event:
            yield _published(fact, event)
            yield Statement(
                "UPDATE publications SET status = 'PUBLISHED' WHERE item_id = $1"
                " AND status <> 'COMPLETED'",
                fact.key,
            )
            yield from _posting(fact, event.round, event.post_until)
        case PublicationCompleted():
            yield _status(fact, "COMPLETED")
        case PostingRecounted() as event:
            yield from _posting(fact, event.round, event.post_until)
        case PostingEnded() as event:
            yield Statement(
                "UPDATE publications SET ended_on = $2, version = $3 WHERE item_id = $1",
                fact.key,
                event.ended_on,
                fact.version,
            )
        case ChannelNoted():
            yield Statement(
                "UPDATE publications SET version = $2 WHERE item_id = $1", fact.key, fact.version
            )


def _opened(fact: Recorded[PublicationEvent], event: PublicationOpened) -> Statement:
    cleared = event.clearance
    return Statement(
        "INSERT INTO publications (item_id, agency, revision, round, version, kind, status, title,"
        " doc_no, manifest_hash, category, affairs_type, clearance, opened_at, due_on, responds_to)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'WAITING', $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " ON CONFLICT (item_id) DO UPDATE SET revision = excluded.revision, round = excluded.round,"
        " version = excluded.version, status = 'WAITING', title = excluded.title,"
        " doc_no = excluded.doc_no, manifest_hash = excluded.manifest_hash,"
        " category = excluded.category, affairs_type = excluded.affairs_type,"
        " clearance = excluded.clearance, opened_at = excluded.opened_at, due_on = excluded.due_on,"
        " released_on = NULL, released_by = NULL, ended_on = NULL",
        fact.key,
        fact.agency,
        cleared.revision,
        event.round,
        fact.version,
        cleared.kind,
        cleared.title,
        cleared.doc_no,
        cleared.manifest_hash,
        cleared.category,
        cleared.affairs_type,
        orjson.dumps(cleared.wire()).decode(),
        fact.recorded_at,
        cleared.due_on,
        cleared.responds_to,
    )


def _scheduled(fact: Recorded[PublicationEvent], event: PublicationScheduled) -> Statement:
    return Statement(
        "UPDATE publications SET status = 'RELEASED', version = $2, index_no = $3, released_on = $4,"
        " released_by = $5, post_until = $6, post_open = $7, post_rule = $8 WHERE item_id = $1",
        fact.key,
        fact.version,
        event.index_no,
        event.released_on,
        event.released_by,
        event.post_until.date,
        event.post_until.open,
        orjson.dumps(event.post_until.rule).decode(),
    )


def _counter(fact: Recorded[PublicationEvent], year: int, serial: int) -> Statement:
    """The counter follows the facts; the greatest wins, so the order does not matter."""
    return Statement(
        "INSERT INTO index_counters (agency, year, last) VALUES ($1, $2, $3)"
        " ON CONFLICT (agency, year) DO UPDATE SET last = greatest(index_counters.last, excluded.last)",
        fact.agency,
        year,
        serial,
    )


def _published(fact: Recorded[PublicationEvent], event: ItemPublished) -> Statement:
    responds_to = next((r["itemId"] for r in event.relations if r["type"] == "RESPONDS_TO"), None)
    return Statement(
        "INSERT INTO published_rings (item_id, round, ring, agency, revision, kind, scope, audience,"
        " title, doc_no, index_no, manifest_hash, category, affairs_type, disclosing_body, responds_to,"
        " occurred_on, recorded_at, post_until) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        fact.key,
        event.round,
        event.ring,
        fact.agency,
        event.revision,
        event.kind,
        event.scope,
        list(event.audience),
        event.title,
        event.doc_no,
        event.index_no,
        event.manifest_hash,
        event.category,
        event.affairs_type,
        event.disclosing_body,
        responds_to,
        event.occurred_on,
        fact.recorded_at,
        event.post_until.date,
    )


def _posting(fact: Recorded[PublicationEvent], round: int, until: PostUntil) -> Iterable[Statement]:
    """Until when it stays, and the timer that ends it."""
    yield Statement(
        "UPDATE publications SET version = $2, post_until = $3, post_open = $4, post_rule = $5"
        " WHERE item_id = $1",
        fact.key,
        fact.version,
        until.date,
        until.open,
        orjson.dumps(until.rule).decode(),
    )
    name = f"posting-{fact.key}"
    if until.date is None:
        yield timers.cancel(name)
    else:
        due = start_of(until.date + timedelta(days=1))
        yield timers.schedule(name, due, END_POSTING, fact.stream, fact.agency, {"round": round})


def _status(fact: Recorded[PublicationEvent], status: str) -> Statement:
    return Statement(
        "UPDATE publications SET status = $2, version = $3 WHERE item_id = $1",
        fact.key,
        status,
        fact.version,
    )
