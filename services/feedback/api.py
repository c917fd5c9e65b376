"""JSON under /feedback/api/v1: the same acts as the pages, for programs and other services."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.feedback import handling, limits, queries, receiving, views
from services.feedback.expected import dated
from services.feedback.forms import (
    Answering,
    Assignment,
    Erasing,
    Handover,
    NewFeedback,
    PaperFeedback,
    Releasing,
    Returning,
    Screening,
)
from shared.caller import Caller, Visitor
from shared.events import Json
from shared.workdays import legal_day

router = APIRouter(prefix="/api/v1", tags=["feedback"])


@router.put("/feedbacks/{id}", status_code=201)
async def receive(id: UUID, form: NewFeedback, request: Request, caller: Visitor) -> Json:
    """A citizen's opinion on a published item. 429 with Retry-After when too many come."""
    await limits.admit(caller, limits.address(request), form.item_id)
    receipt = await receiving.receive_from_public(caller, str(id), form)
    return {"feedbackId": str(id), "receiptNo": receipt}


@router.put("/feedbacks/{id}/entry", status_code=201)
async def enter(id: UUID, form: PaperFeedback, caller: Caller) -> Json:
    """Staff enter what came on paper, by telephone, by mail or in person."""
    receipt = await receiving.record_by_staff(caller, str(id), form)
    return {"feedbackId": str(id), "receiptNo": receipt}


@router.get("/feedbacks")
async def listed(caller: Caller, stage: str = "") -> Json:
    """Lines without the citizens' words, of what one may read; all stages unless one is named."""
    today = legal_day(caller.now)
    async with caller.reading() as db:
        wanted = (stage,) if stage else tuple(views.STAGES)
        rows = await dated(db, await queries.listed(db, caller.agencies, wanted), today)
    return {"feedbacks": [views.summary(row, today) for row in rows if views.reads(caller, row)]}


@router.get("/feedbacks/{id}")
async def detail(id: UUID, caller: Caller) -> Json:
    async with caller.reading() as db:
        [row] = await dated(db, [await queries.one(db, str(id))], legal_day(caller.now))
        return await views.detail(caller, db, row)


@router.post("/feedbacks/{id}/screen", status_code=204, response_class=Response)
async def screen(id: UUID, form: Screening, caller: Caller) -> None:
    await handling.screen(caller, str(id), form)


@router.post("/feedbacks/{id}/assign", status_code=204, response_class=Response)
async def assign(id: UUID, form: Assignment, caller: Caller) -> None:
    await handling.assign(caller, str(id), form)


@router.post("/feedbacks/{id}/reassign", status_code=204, response_class=Response)
async def reassign(id: UUID, form: Handover, caller: Caller) -> None:
    await handling.reassign(caller, str(id), form)


@router.post("/feedbacks/{id}/answer", status_code=204, response_class=Response)
async def answer(id: UUID, form: Answering, caller: Caller) -> None:
    await handling.answer(caller, str(id), form)


@router.post("/feedbacks/{id}/return", status_code=204, response_class=Response)
async def return_answer(id: UUID, form: Returning, caller: Caller) -> None:
    await handling.return_answer(caller, str(id), form)


@router.post("/feedbacks/{id}/release", status_code=204, response_class=Response)
async def release(id: UUID, form: Releasing, caller: Caller) -> None:
    await handling.release(caller, str(id), form)


@router.post("/erasures")
async def erase(form: Erasing, caller: Caller) -> Json:
    """Destroy one citizen's words and contact; says how many opinions that touched."""
    return {"erased": await handling.erase_citizen(caller, form)}


@router.get("/receipts/{number}")
async def receipt(number: str, request: Request, caller: Visitor) -> Json:
    """Where an opinion stands, and the released result."""
    await limits.admit_query(caller, limits.address(request))
    return await views.by_receipt(caller, number)


@router.get("/results/{result_hash}")
async def result(result_hash: str, caller: Caller) -> dict[str, Any]:
    """A released result by its hash: SHA-256 of nonce, newline, text. For our own services only."""
    caller.require_service()
    async with caller.reading() as db:
        row = await queries.result(db, result_hash)
        sealed = await caller.texts.get(db, row["answer_address"]) or ""
    nonce, _, text = sealed.partition("\n")
    return {"feedbackId": row["feedback_id"], "nonce": nonce, "text": text}


@router.get("/tasks")
async def tasks(caller: Caller) -> Json:
    return {"tasks": await views.tasks(caller)}
