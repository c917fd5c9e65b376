"""What a citizen sees: the form, the receipt, and where an opinion stands. Works without JavaScript."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from services.feedback import limits, receiving, views
from services.feedback.domain.refusals import NoSuchFeedback
from services.feedback.forms import LONGEST_OPINION, NewFeedback
from services.feedback.submitted import Refused, fields, filled, id_of, refused
from shared import directory
from shared.caller import Asking, Visitor
from shared.errors import DomainError, NotFound, Unavailable
from shared.ids import new_id
from shared.pages import Pages
from shared.workdays import legal_day

router = APIRouter(include_in_schema=False)


def pages_of(request: Request) -> Pages:
    pages: Pages | None = request.app.state.runtime.service.pages
    assert pages is not None
    return pages


@router.get("/items/{item_id}/new")
async def new(item_id: str, request: Request, caller: Visitor) -> Response:
    """The form for an opinion on one published item."""
    return await _form(request, caller, item_id, Refused(typed={"feedbackId": new_id()}))


async def _form(request: Request, caller: Asking, item_id: str, back: Refused) -> Response:
    near = await receiving.near(caller, item_id)
    async with near.reading() as db:
        subject, circle = await receiving.standing(db, near, item_id)
        agency = await directory.agency(db, subject["agency"])
    response = pages_of(request).render(
        request, "opinion_form.html", status=back.status, subject=subject, circle=circle,
        agency=agency, site=agency.name, back=back, kinds=views.KINDS, longest=LONGEST_OPINION,
        over=bool(subject["closed_on"] and subject["closed_on"] < legal_day(caller.now)),
    )  # fmt: skip
    if back.retry_after:
        response.headers["Retry-After"] = str(back.retry_after)
    return response


@router.post("/items/{item_id}/opinions")
async def write(item_id: str, request: Request, caller: Visitor) -> Response:
    """Receive it, then show the receipt. A refused form comes back with everything typed."""
    typed = await fields(request)
    try:
        await limits.admit(caller, limits.address(request), item_id)
        form, id = _opinion(item_id, typed)
        receipt = await receiving.receive_from_public(caller, id, form)
    except (NotFound, Unavailable):
        raise
    except (ValidationError, DomainError) as error:
        return await _form(request, caller, item_id, refused(typed, error))
    return RedirectResponse(f"/feedback/receipts?no={receipt}&new=1", 303)


def _opinion(item_id: str, typed: dict[str, str]) -> tuple[NewFeedback, str]:
    given = {name: value for name, value in typed.items() if name != "feedbackId"}
    return filled(NewFeedback, given, itemId=item_id), id_of(typed)


@router.get("/receipts")
async def receipt(request: Request, caller: Visitor, no: str = "", new: bool = False) -> Response:
    """Type a receipt number, see the status and the released result."""
    shown: dict[str, Any] = {"no": no[:60], "found": None, "problem": "", "new": new}
    if no:
        await limits.admit_query(caller, limits.address(request))
        try:
            shown["found"] = await views.by_receipt(caller, no[:60])
        except NoSuchFeedback as missing:
            shown["problem"] = missing.detail
    status = 404 if shown["problem"] else 200
    return pages_of(request).render(request, "receipts.html", status=status, **shown)
