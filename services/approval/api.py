"""JSON routes of approval."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from services.approval import decisions, queries
from services.approval.clearing import titles_of
from services.approval.decisions import PassForm, ReturnForm, WithholdForm, look
from services.approval.queries import ReviewRow, WithheldRow
from services.approval.rights import READERS, register_agencies
from shared.caller import Asking, Caller
from shared.events import Json
from shared.workdays import legal_day

router = APIRouter(prefix="/api/v1", tags=["approval"])


@router.get("/reviews/{item_id}/{revision}")
async def get_review(item_id: str, revision: int, caller: Caller) -> Json:
    """Where the review stands: chain, decisions so far, the version a decision must name."""
    review = await look(caller, item_id, revision)
    async with caller.reading() as db:
        decided = await queries.decisions(db, review.key)
    return _review_json(review) | {
        "decisions": [
            {
                "step": d.step, "person": d.person, "role": d.role, "position": d.position,
                "outcome": d.outcome, "ground": d.ground, "at": d.at.isoformat(),
                "round": "CURRENT" if d.version > review.opened_version else "EARLIER",
            }
            for d in decided
        ]
    }  # fmt: skip


@router.post("/reviews/{item_id}/{revision}/pass")
async def pass_step(item_id: str, revision: int, form: PassForm, caller: Caller) -> Json:
    await decisions.pass_step(caller, await look(caller, item_id, revision), form)
    return await _now(caller, item_id, revision)


@router.post("/reviews/{item_id}/{revision}/return")
async def return_item(item_id: str, revision: int, form: ReturnForm, caller: Caller) -> Json:
    await decisions.return_item(caller, await look(caller, item_id, revision), form)
    return await _now(caller, item_id, revision)


@router.post("/reviews/{item_id}/{revision}/withhold")
async def withhold_item(item_id: str, revision: int, form: WithholdForm, caller: Caller) -> Json:
    await decisions.withhold_item(caller, await look(caller, item_id, revision), form)
    return await _now(caller, item_id, revision)


@router.get("/tasks")
async def tasks(caller: Caller) -> Json:
    """Reviews waiting for this person, and withheld items due for their periodic review."""
    reviews, due, neutral = await my_tasks(caller)
    titles = await titles_of(caller, reviews)
    today = legal_day(caller.now)
    return {
        "tasks": [_review_task(r, titles[r.manifest_hash], today) for r in reviews]
        + [_withheld_task(w, neutral.get(w.neutral_title_hash) or "", today) for w in due]
    }


@router.get("/withheld")
async def withheld(caller: Caller) -> Json:
    """The withheld register of the agencies this person answers for."""
    rows, texts = await register(caller)
    return {
        "withheld": [
            {
                "withheldId": w.withheld_id, "agency": w.agency, "itemId": w.item_id,
                "revision": w.revision, "neutralTitle": texts.get(w.neutral_title_hash),
                "ground": w.ground, "mode": w.mode, "reason": texts.get(w.reason_hash or ""),
                "registeredOn": w.registered_on, "reviewBy": w.review_by, "due": w.review_due,
            }
            for w in rows
        ]
    }  # fmt: skip


async def my_tasks(
    caller: Asking,
) -> tuple[tuple[ReviewRow, ...], tuple[WithheldRow, ...], dict[str, str | None]]:
    """Reviews, withheld items due, and the neutral titles of the latter."""
    answering = {g.agency for g in caller.grants if g.role in READERS[:2]}
    async with caller.reading() as db:
        reviews = await queries.waiting_for(db, caller.person, caller.grants)
        due = await queries.withheld(db, sorted(answering), due_only=True)
        neutral = await caller.texts.many(db, [row.neutral_title_hash for row in due])
    return reviews, due, neutral


async def register(caller: Asking) -> tuple[tuple[WithheldRow, ...], dict[str, str | None]]:
    """The register, with its neutral titles and reasons by address."""
    async with caller.reading() as db:
        rows = await queries.withheld(db, await register_agencies(caller, db))
        hashes = [hash for row in rows for hash in (row.neutral_title_hash, row.reason_hash)]
        return rows, await caller.texts.many(db, hashes)


async def _now(caller: Asking, item_id: str, revision: int) -> Json:
    return _review_json(await look(caller, item_id, revision))


def _review_json(review: ReviewRow) -> Json:
    waiting = review.waiting
    return {
        "itemId": review.item_id,
        "revision": review.revision,
        "agency": review.agency,
        "status": review.status,
        "version": review.version,
        "manifestHash": review.manifest_hash,
        "step": waiting.step if waiting else None,
        "steps": [{"step": s.step, "name": s.name, "roles": s.roles} for s in review.steps],
        "dueOn": review.due_on,
        "provisional": review.provisional,
        "openedAt": review.opened_at,
        "closedAt": review.closed_at,
    }


def _review_task(review: ReviewRow, title: str, today: date) -> dict[str, Any]:
    waiting = review.waiting
    return {
        "id": f"review-{review.key}",
        "title": f"{waiting.name if waiting else '审查'}：{title}",
        "kind": "REVIEW",
        "agency": review.agency,
        "dueOn": review.due_on,
        "overdue": review.due_on is not None and review.due_on < today,
        "provisional": review.provisional,
        "href": review.href,
        "since": review.opened_at,
    }


def _withheld_task(row: WithheldRow, title: str, today: date) -> dict[str, Any]:
    return {
        "id": f"withheld-{row.withheld_id}",
        "title": f"不予公开定期评审：{title}",
        "kind": "WITHHELD_REVIEW",
        "agency": row.agency,
        "dueOn": row.review_by,
        "overdue": row.review_by < today,
        "provisional": False,
        "href": f"/approval/withheld#w-{row.withheld_id}",
        "since": row.registered_at,
    }
