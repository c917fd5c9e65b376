"""The streams audit keeps of its own: `access-X` and `erasure-X`; their rows, and what leaves of them."""

from __future__ import annotations

from collections.abc import Iterable

from services.audit.domain import access, erasure
from services.audit.domain.access import ContentRead
from services.audit.domain.erasure import ErasureApproved, ErasureRefused, ErasureRequested
from shared.events import Json
from shared.facts import Aggregate, Recorded, Statement

DECIDED = "UPDATE erasures SET stage = $2, decided_by = $3, decided_at = $4, office = $5 WHERE erasure = $1"


def project_erasure(fact: Recorded[erasure.Happened]) -> Iterable[Statement]:
    event = fact.event
    match event:
        case ErasureRequested():
            yield Statement(
                "INSERT INTO erasures (erasure, agency, subject, basis, reason, requested_by,"
                " requested_at, stage) VALUES ($1, $2, $3, $4, $5, $6, $7, 'REQUESTED')",
                fact.key, fact.agency, event.subject_id, event.basis, event.reason_hash,
                event.requested_by, fact.recorded_at,
            )  # fmt: skip
        case ErasureApproved():
            yield Statement(
                DECIDED, fact.key, "APPROVED", event.approved_by, fact.recorded_at, event.office
            )
        case ErasureRefused():
            yield Statement(DECIDED, fact.key, "REFUSED", event.refused_by, fact.recorded_at, None)


def publish(event: ContentRead | erasure.Happened) -> Json:
    """All of it leaves: the ledger hears of audit's own acts as of everybody's."""
    said = event.wire()
    said.pop("type")
    return said


def project_nothing(_: Recorded[ContentRead]) -> Iterable[Statement]:
    return ()


ACCESS = Aggregate("access", access.ACCESS, access.CODEC, project_nothing, publish)
ERASURE = Aggregate("erasure", erasure.ERASURE, erasure.CODEC, project_erasure, publish)
