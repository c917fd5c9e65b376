"""Fact → rows of the read tables. Each touches only rows keyed by its own stream."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import orjson

from services.approval.domain.events import (
    Decided,
    ItemApproved,
    ItemReturned,
    ItemWithheld,
    ReviewCancelled,
    ReviewEvent,
    ReviewOpened,
    ReviewStepPassed,
    WithheldEvent,
    WithheldRegistered,
    WithheldReviewDue,
)
from shared import timers
from shared.facts import Recorded, Statement
from shared.workdays import start_of

RE_REVIEW = "withheld-review"


def project_review(fact: Recorded[ReviewEvent]) -> Iterable[Statement]:
    match fact.event:
        case ReviewOpened():
            yield _opened(fact, fact.event)
        case ReviewStepPassed(person=person):
            yield _decided(fact, fact.event, "PASSED", fact.event.note_hash)
            yield _next_step(fact, person)
        case ItemReturned():
            yield _decided(fact, fact.event, "RETURNED", fact.event.reason_hash)
            yield _closed(fact, "RETURNED")
        case ItemWithheld(mode=mode, reason_hash=reason, ground=ground):
            yield _decided(fact, fact.event, mode, reason, ground)
            yield _closed(fact, "WITHHELD")
        case ItemApproved():
            yield _closed(fact, "APPROVED")
        case ReviewCancelled():
            yield _closed(fact, "CANCELLED")


def _opened(fact: Recorded[ReviewEvent], event: ReviewOpened) -> Statement:
    about = event.submission
    due = (about.publish_by or {}).get("due")
    return Statement(
        "INSERT INTO reviews (key, agency, item_id, revision, version, opened_version, status, step,"
        " steps, roles, people, submission, manifest_hash, due_on, provisional, opened_at)"
        " VALUES ($1, $2, $3, $4, $5, $5, 'PENDING', 0, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (key) DO UPDATE SET version = $5, opened_version = $5, status = 'PENDING',"
        " step = 0, steps = $6, roles = $7, people = $8, submission = $9, manifest_hash = $10,"
        " due_on = $11, provisional = $12, opened_at = $13, closed_at = NULL",
        fact.key, fact.agency, about.item_id, about.revision, fact.version,
        orjson.dumps([step.wire() | {"label": step.name} for step in event.steps]).decode(),
        list(event.steps[0].roles), sorted(about.authors), about.model_dump_json(by_alias=True),
        about.manifest_hash, date.fromisoformat(due) if due else None,
        bool((about.publish_by or {}).get("provisional")), fact.recorded_at,
    )  # fmt: skip


def _next_step(fact: Recorded[ReviewEvent], person: str) -> Statement:
    """The waiting step's roles, from the row's own steps; none after the last."""
    return Statement(
        "UPDATE reviews SET version = $2, step = step + 1, people = people || $3::text,"
        " roles = coalesce((SELECT array_agg(r) FROM"
        " json_array_elements_text(steps -> (step + 1) -> 'roles') r), '{}') WHERE key = $1",
        fact.key, fact.version, person,
    )  # fmt: skip


def _decided(
    fact: Recorded[ReviewEvent], event: Decided, outcome: str, text: str | None, ground: str = ""
) -> Statement:
    return Statement(
        "INSERT INTO review_decisions (key, version, agency, step, person, role, position, outcome,"
        " ground, text_hash, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        fact.key, fact.version, fact.agency, event.step, event.person, event.role, event.position,
        outcome, ground or None, text, event.at,
    )  # fmt: skip


def _closed(fact: Recorded[ReviewEvent], status: str) -> Statement:
    return Statement(
        "UPDATE reviews SET version = $2, status = $3, roles = '{}', closed_at = $4 WHERE key = $1",
        fact.key, fact.version, status, fact.recorded_at,
    )  # fmt: skip


def project_withheld(fact: Recorded[WithheldEvent]) -> Iterable[Statement]:
    timer = f"{RE_REVIEW}:{fact.key}"
    match fact.event:
        case WithheldRegistered(review_by=day):
            yield _registered(fact, fact.event)
            yield timers.schedule(timer, start_of(day), RE_REVIEW, fact.stream, fact.agency)
        case WithheldReviewDue():
            yield Statement(
                "UPDATE withheld_items SET review_due = true WHERE withheld_id = $1", fact.key
            )
            yield timers.cancel(timer)


def _registered(fact: Recorded[WithheldEvent], event: WithheldRegistered) -> Statement:
    return Statement(
        "INSERT INTO withheld_items (withheld_id, agency, item_id, revision, neutral_title_hash,"
        " ground, mode, reason_hash, registered_on, review_by, review_due, registered_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false, $11)",
        fact.key, fact.agency, event.item_id, event.revision, event.neutral_title_hash,
        event.ground, event.mode, event.reason_hash, event.registered_on, event.review_by,
        fact.recorded_at,
    )  # fmt: skip
