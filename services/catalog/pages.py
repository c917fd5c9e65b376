"""HTML routes of catalog: workbench and list of items."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.catalog import administration, api, posts, queries, workbench
from shared import directory
from shared.caller import Asking, Caller
from shared.workdays import legal_day

router = APIRouter(tags=["pages"], include_in_schema=False)
PAGE = 30


def page(request: Request, caller: Asking, name: str, code: int = 200, **context: Any) -> Response:
    pages = caller.runtime.service.pages
    assert pages is not None
    today = legal_day(caller.now)
    return pages.render(request, name, status=code, today=today, **context)


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/catalog/items", 303)


@router.get("/work")
async def work(request: Request, caller: Caller) -> Response:
    """My tasks from all services by deadline, and what is overdue in my agencies."""
    own = [workbench.task_of(row, "catalog") for row in (await api.tasks(caller))["tasks"]]
    others, silent = await workbench.others(caller)
    async with caller.reading() as db:
        overdue = await queries.overdue(db, legal_day(caller.now))
        counts = await queries.counts(db)
        names = {a.agency: a.name for a in await directory.agencies(db)}
    async with caller.facts.transaction() as db:
        beginning = await administration.setting_up(caller, db)
    return page(
        request, caller, "workbench.html", beginning=beginning, tasks=workbench.by_deadline([*own, *others]),
        silent=silent, overdue=overdue, counts=counts, agencies=names, grants=caller.grants,
    )  # fmt: skip


@router.get("/items")
async def items(
    request: Request, caller: Caller, agency: str = "", status: str = "", words: str = "",
    before: datetime | None = None,
) -> Response:  # fmt: skip
    async with caller.reading() as db:
        rows = await queries.items(
            db, agency=agency or None, status=status or None, words=words.strip() or None,
            before=before, limit=PAGE + 1,
        )  # fmt: skip
        names = {a.agency: a.name for a in await directory.agencies(db)}
    more = rows[PAGE - 1].changed_at if len(rows) > PAGE else None
    return page(
        request, caller, "items.html", rows=rows[:PAGE], more=more, chosen=status, words=words,
        agency=agency, agencies=names, mine=caller.agencies, may_draft=posts.drafting_agencies(caller),
    )  # fmt: skip
