"""What each fact does to the tables the pages read."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from services.feedback.domain.events import (
    AnswerReturned,
    FeedbackAnswered,
    FeedbackAssigned,
    FeedbackEvent,
    FeedbackReceived,
    FeedbackRescheduled,
    FeedbackScreened,
    HandlingResultReleased,
    Outcome,
    PersonalDataErased,
)
from services.feedback.domain.subject import SubjectClosed, SubjectEvent, SubjectOpened
from shared.facts import Recorded, Statement


def project_feedback(fact: Recorded[FeedbackEvent]) -> Iterable[Statement]:
    """The row of one feedback, with the stream's version for the forms made from it."""
    event = fact.event
    match event:
        case FeedbackReceived():
            yield _received(fact, event)
        case FeedbackScreened():
            stage = "ACCEPTED" if event.outcome is Outcome.ACCEPTED else "REJECTED"
            yield _change(
                fact, stage=stage, reject_reason=event.reason, reason_address=event.reason_hash
            )
        case FeedbackAssigned():
            yield _change(
                fact, stage="ASSIGNED", handler=event.handler, organ=event.organ_id, **_due(event)
            )
        case FeedbackRescheduled():
            yield _change(fact, **_due(event))
        case FeedbackAnswered():
            yield _change(
                fact, stage="ANSWERED", answered_by=event.by, answer_address=event.answer_hash
            )
        case AnswerReturned():
            yield _change(fact, stage="ASSIGNED", return_address=event.reason_hash)
        case HandlingResultReleased():
            yield _change(
                fact, stage="RELEASED", adopted=event.adopted, released_on=event.released_on,
                released_by=event.released_by, result_hash=event.result_hash,
            )  # fmt: skip
        case PersonalDataErased():
            yield _change(fact, erased=True)


def _received(fact: Recorded[FeedbackEvent], event: FeedbackReceived) -> Statement:
    return Statement(
        "INSERT INTO feedbacks (feedback_id, agency, version, stage, item_id, kind, channel, scope,"
        " received_on, recorded_at, recorded_by, receipt_no, person_ref, text_address,"
        " contact_address, changed_at)"
        " VALUES ($1,$2,$3,'RECEIVED',$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$9)",
        fact.key, fact.agency, fact.version, event.subject.id, event.kind, event.channel,
        event.circle.scope, event.received_on, fact.recorded_at, event.recorded_by,
        event.receipt_no, event.person_ref, event.text_commitment, event.contact_commitment,
    )  # fmt: skip


def _due(event: FeedbackAssigned | FeedbackRescheduled) -> dict[str, object]:
    return {
        "due_on": event.due_on, "provisional": bool(event.due_rule.get("provisional")),
        "due_rule": orjson.dumps(event.due_rule).decode(),
    }  # fmt: skip


def _change(fact: Recorded[FeedbackEvent], **columns: object) -> Statement:
    """Column names come from the calls above, never from outside."""
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(columns, start=4))
    return Statement(
        f"UPDATE feedbacks SET version = $2, changed_at = $3{sets} WHERE feedback_id = $1",  # noqa: S608
        fact.key, fact.version, fact.recorded_at, *columns.values(),
    )  # fmt: skip


def project_subject(fact: Recorded[SubjectEvent]) -> Iterable[Statement]:
    match fact.event:
        case SubjectOpened():
            yield from _opened(fact, fact.event)
        case SubjectClosed(closed_on=day):
            yield Statement("UPDATE subjects SET closed_on = $2 WHERE item_id = $1", fact.key, day)


def _opened(fact: Recorded[SubjectEvent], event: SubjectOpened) -> Iterable[Statement]:
    circle = event.circle
    yield Statement(
        "INSERT INTO subjects (item_id, agency, title, index_no, published_on)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (item_id) DO UPDATE SET title = excluded.title,"
        " index_no = coalesce(excluded.index_no, subjects.index_no),"
        " published_on = least(subjects.published_on, excluded.published_on), closed_on = NULL",
        fact.key, fact.agency, event.title, event.index_no, event.published_on,
    )  # fmt: skip
    yield Statement("DELETE FROM circles WHERE item_id = $1 AND round < $2", fact.key, event.round)
    yield Statement(
        "INSERT INTO circles (item_id, ring, round, agency, scope, audience, disclosing_body)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (item_id, ring) DO UPDATE"
        " SET round = excluded.round, scope = excluded.scope, audience = excluded.audience,"
        " disclosing_body = excluded.disclosing_body",
        fact.key, event.ring, event.round, fact.agency, circle.scope, list(circle.audience),
        circle.disclosing_body,
    )  # fmt: skip
    if circle.scope == "PUBLIC":
        yield Statement(
            "INSERT INTO public_subjects (item_id, agency) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            fact.key, fact.agency,
        )  # fmt: skip
