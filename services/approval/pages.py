"""HTML routes of approval: reviews waiting for me, the review page with its decisions, the register."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.approval import decisions, queries
from services.approval.api import my_tasks, register
from services.approval.clearing import file_of, names_of, titles_of
from services.approval.decisions import PassForm, ReturnForm, WithholdForm, look
from services.approval.domain.submission import GROUNDS
from services.approval.queries import ReviewRow
from services.approval.rights import read_agencies
from services.approval.views import view_of
from shared.caller import Asking, Caller
from shared.errors import DomainError, NotFound
from shared.http import status_of
from shared.workdays import legal_day

router = APIRouter(tags=["pages"], include_in_schema=False)
REVIEW = "/reviews/{item_id}/{revision}"


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/approval/reviews", 303)


@router.get("/reviews")
async def reviews(request: Request, caller: Caller) -> Response:
    """What waits for me by deadline, then what goes on in my agencies."""
    waiting, due, neutral = await my_tasks(caller)
    async with caller.reading() as db:
        others = await queries.recent(db, await read_agencies(caller, db))
    every = {row.key: row for row in (*waiting, *others)}.values()
    named = [row for row in every if row.status != "WITHHELD"]
    return _page(
        caller, request, "reviews.html", waiting=waiting, due=due, neutral=neutral, others=others,
        titles=await titles_of(caller, named), today=legal_day(caller.now),
        names=await names_of(caller, {row.submission.drafter for row in every}),
    )  # fmt: skip


@router.get("/withheld")
async def withheld(request: Request, caller: Caller) -> Response:
    rows, texts = await register(caller)
    today = legal_day(caller.now)
    return _page(caller, request, "withheld.html", rows=rows, texts=texts, today=today)


@router.get(REVIEW)
async def review(item_id: str, revision: int, request: Request, caller: Caller) -> Response:
    return await _review(caller, request, await look(caller, item_id, revision))


@router.get(REVIEW + "/files/{sha}")
async def file(item_id: str, revision: int, sha: str, caller: Caller) -> Response:
    """An attachment as submitted, verified; always a download, never shown in our origin."""
    part, data = await file_of(caller, await look(caller, item_id, revision), sha)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(part.name or sha)}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.post(REVIEW + "/pass")
async def pass_step(
    item_id: str, revision: int, request: Request, form: Annotated[PassForm, Form()], caller: Caller
) -> Response:
    row = await look(caller, item_id, revision)
    return await _act(caller, request, row, form, decisions.pass_step(caller, row, form))


@router.post(REVIEW + "/return")
async def return_item(
    item_id: str,
    revision: int,
    request: Request,
    form: Annotated[ReturnForm, Form()],
    caller: Caller,
) -> Response:
    row = await look(caller, item_id, revision)
    return await _act(caller, request, row, form, decisions.return_item(caller, row, form))


@router.post(REVIEW + "/withhold")
async def withhold_item(
    item_id: str,
    revision: int,
    request: Request,
    form: Annotated[WithholdForm, Form()],
    caller: Caller,
) -> Response:
    row = await look(caller, item_id, revision)
    return await _act(caller, request, row, form, decisions.withhold_item(caller, row, form))


async def _act(
    caller: Asking,
    request: Request,
    row: ReviewRow,
    form: PassForm | ReturnForm | WithholdForm,
    decision: Awaitable[None],
) -> Response:
    """Decide, then show the review; a refusal shows it too, with what was typed still in the form."""
    try:
        await decision
    except NotFound:
        raise
    except DomainError as refusal:
        now = await look(caller, row.item_id, row.revision)
        typed = form.wire() | {"act": request.url.path.rpartition("/")[2]}
        return await _review(caller, request, now, refusal, typed)
    return RedirectResponse(f"{row.href}?done=1", 303)


async def _review(
    caller: Asking,
    request: Request,
    row: ReviewRow,
    refusal: DomainError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    return _page(
        caller,
        request,
        "review.html",
        status=status_of(refusal) if refusal else 200,
        view=await view_of(caller, row),
        refusal=refusal,
        typed=typed or {},
        grounds=tuple(GROUNDS),
        done="done" in request.query_params,
    )


def _page(caller: Asking, request: Request, name: str, **context: Any) -> Response:
    pages = caller.runtime.service.pages
    assert pages is not None
    return pages.render(request, name, **context)
