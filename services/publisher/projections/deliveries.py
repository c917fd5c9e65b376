"""Facts of deliveries → what each channel has still to show."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from services.publisher.domain.delivery_events import (
    DeliveryConfirmed,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryPlanned,
    DeliveryRetried,
    DeliveryStarted,
    DeliverySubmitted,
)
from shared.facts import Recorded, Statement


def project_delivery(fact: Recorded[DeliveryEvent]) -> Iterable[Statement]:
    match fact.event:
        case DeliveryPlanned() as event:
            yield _planned(fact, event)
        case DeliveryStarted():
            yield Statement("UPDATE deliveries SET state = 'STARTED' WHERE key = $1", fact.key)
        case DeliverySubmitted() as event:
            yield Statement(
                "UPDATE deliveries SET state = 'SUBMITTED', ref = $2, next_try = $3 WHERE key = $1",
                fact.key,
                event.ref,
                fact.recorded_at,
            )
        case DeliveryConfirmed() as event:
            yield Statement(
                "UPDATE deliveries SET state = 'CONFIRMED', occurred_on = $2, evidence = $3, code = NULL"
                " WHERE key = $1",
                fact.key,
                event.occurred_on,
                orjson.dumps([evidence.wire() for evidence in event.evidence]).decode(),
            )
        case DeliveryFailed() as event:
            yield Statement(
                "UPDATE deliveries SET state = 'FAILED', attempts = $2, code = $3, next_try = $4"
                " WHERE key = $1",
                fact.key,
                event.attempt,
                event.code,
                event.retry_at,
            )
        case DeliveryRetried() as event:
            yield Statement(
                "UPDATE deliveries SET next_try = $2 WHERE key = $1", fact.key, event.at
            )


def _planned(fact: Recorded[DeliveryEvent], event: DeliveryPlanned) -> Statement:
    return Statement(
        "INSERT INTO deliveries (key, item_id, agency, revision, round, ring, scope, channel,"
        " manifest_hash, state, next_try, planned_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PENDING', $10, $10)",
        fact.key,
        event.item_id,
        fact.agency,
        event.revision,
        event.round,
        event.ring,
        event.scope,
        event.channel,
        event.manifest_hash,
        fact.recorded_at,
    )
