"""What officials see: the inbox by step, one opinion with its history, and the entry of paper opinions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from services.feedback import handling, queries, receiving, views
from services.feedback.expected import dated
from services.feedback.forms import (
    Answering,
    Assignment,
    Erasing,
    Handover,
    PaperFeedback,
    Releasing,
    Returning,
    Screening,
    Sent,
)
from services.feedback.history import mentioned, steps, told
from services.feedback.people import names
from services.feedback.public_pages import pages_of
from services.feedback.submitted import Refused, fields, filled, id_of, refused
from shared import directory
from shared.caller import Asking, Caller
from shared.errors import DomainError, NotFound, Unavailable
from shared.ids import new_id
from shared.workdays import Explained, chinese, legal_day

router = APIRouter(include_in_schema=False)
F = TypeVar("F", bound=Sent)
Names = Mapping[str, str]
Act = Callable[[Asking, str, F], Awaitable[None]]
CLOSED = ("REJECTED", "RELEASED")


@router.get("/work")
async def inbox(request: Request, caller: Caller) -> Response:
    """Mine first; then everything open by step, and what was closed."""
    today = legal_day(caller.now)
    agencies = caller.agencies
    async with caller.reading() as db:
        rows = await dated(db, await queries.listed(db, agencies, tuple(views.TASKS)), today)
        closed = await queries.listed(db, agencies, CLOSED)
    rows, closed = ([row for row in some if views.reads(caller, row)] for some in (rows, closed))
    people = await names(caller, [row["handler"] for row in rows])
    return pages_of(request).render(
        request, "inbox.html", people=people, today=today,
        mine=[views.summary(row, today) for row in rows if views.is_mine(caller, row)],
        others=[views.summary(row, today) for row in rows if not views.is_mine(caller, row)],
        closed=[views.summary(row, today) for row in closed],
        may_enter=any(caller.has(role, a) for role in receiving.RECORDERS for a in agencies),
    )  # fmt: skip


@router.get("/opinions/{id}")
async def opinion(id: str, request: Request, caller: Caller) -> Response:
    return await _opinion(request, caller, id, Refused())


async def _opinion(request: Request, caller: Asking, id: str, back: Refused) -> Response:
    async with caller.reading() as db:
        on = legal_day(caller.now)
        [row] = await dated(db, [await queries.one(db, id)], on)
        shown = await views.detail(caller, db, row)
        facts = await queries.history(db, id)
        holders = await directory.holders(db, row["agency"], "FEEDBACK_HANDLER", on)
        organs = {o.organ: o.name for o in await directory.organs(db, row["agency"])}
    events = told(facts)
    who = [*mentioned(events), *(fact["actor"] for fact in facts), *(h.person for h in holders)]
    people = await names(caller, who)
    due = Explained.model_validate(shown["dueRule"]) if shown["dueRule"] else None
    mine = views.is_mine(caller, row)
    return pages_of(request).render(
        request, "opinion.html", status=back.status, f=shown, today=on, organs=organs, back=back,
        people=people, mine=mine, reasons=list(views.REASONS.items()),
        due_text=due.text() if due else "", contact=views.contact_line(shown),
        steps=steps(facts, events, people), options=_options(holders, organs, people, row),
        office=any(caller.has(role, row["agency"]) for role in handling.OFFICE),
        eraser=any(caller.has(role, row["agency"]) for role in handling.ERASERS),
    )  # fmt: skip


def _options(
    holders: tuple[directory.Grant, ...], organs: Names, people: Names, row: queries.Row
) -> list[tuple[str, str]]:
    """Who may be named; when it is handed over, not who has it already."""
    return [
        (
            h.person,
            f"{people.get(h.person, h.person)}（{organs.get(h.organ, h.organ)} {h.position}）",
        )
        for h in holders
        if row["stage"] != "ASSIGNED" or h.person != row["handler"]
    ]


def _step(path: str, model: type[F], act: Act[F]) -> None:
    """A form of the opinion's page: do it and show the page anew, or give everything typed back."""

    @router.post(f"/opinions/{{id}}/{path}", name=path)
    async def post(id: str, request: Request, caller: Caller) -> Response:
        typed = await fields(request)
        try:
            await act(caller, id, filled(model, typed))
        except (NotFound, Unavailable):
            raise
        except (ValidationError, DomainError) as error:
            return await _opinion(request, caller, id, refused({**typed, "step": path}, error))
        return RedirectResponse(f"/feedback/opinions/{id}", 303)


_step("screen", Screening, handling.screen)
_step("assign", Assignment, handling.assign)
_step("reassign", Handover, handling.reassign)
_step("answer", Answering, handling.answer)
_step("return", Returning, handling.return_answer)
_step("release", Releasing, handling.release)


@router.post("/opinions/{id}/erase")
async def erase(id: str, caller: Caller) -> Response:
    """Everything this citizen wrote to the agency, not only this one opinion."""
    async with caller.reading() as db:
        row = await queries.one(db, id)
    form = Erasing(agency=row["agency"], person_ref=row["person_ref"])
    await handling.erase_citizen(caller, form)
    return RedirectResponse(f"/feedback/opinions/{id}", 303)


@router.get("/entry")
async def entry(request: Request, caller: Caller) -> Response:
    """A paper opinion, a call, a visit: entered with the day it came."""
    return await _entry(request, caller, Refused(typed={"feedbackId": new_id()}))


async def _entry(request: Request, caller: Asking, back: Refused) -> Response:
    caller.require(caller.home, *receiving.RECORDERS)
    async with caller.reading() as db:
        subjects = await receiving.recordable(db, caller, caller.home)
    channels = [(name, text) for name, text in views.CHANNELS.items() if name != "WEB"]
    options = [
        (s["item_id"], f"{s['title']}（{chinese(s['published_on'])}公开）") for s in subjects
    ]
    return pages_of(request).render(
        request, "entry.html", status=back.status, subjects=options, back=back,
        kinds=views.KINDS, channels=channels, today=legal_day(caller.now),
    )  # fmt: skip


@router.post("/entry")
async def enter(request: Request, caller: Caller) -> Response:
    typed = await fields(request)
    given: dict[str, Any] = {k: v for k, v in typed.items() if k != "feedbackId"}
    id = id_of(typed)
    try:
        await receiving.record_by_staff(caller, id, filled(PaperFeedback, given))
    except (ValidationError, DomainError) as error:
        return await _entry(request, caller, refused(typed, error))
    return RedirectResponse(f"/feedback/opinions/{id}", 303)
