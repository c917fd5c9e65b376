"""HTML routes of catalog: workbench, items, reference data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.catalog import administration, api, posts, queries, workbench
from shared import directory
from shared.caller import Asking, Caller
from shared.workdays import Explained, legal_day

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


@router.get("/items/{item_id}")
async def item(item_id: str, request: Request, caller: Caller, done: str = "") -> Response:
    """Status, text, publish-by date with its explanation, history."""
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        text = await queries.item_text(db, item_id)
        past = await queries.history(db, item_id)
        flags = await queries.imported(db, item_id)
        organs = {organ.organ: organ.name for organ in await directory.organs(db, row.agency)}
    people = await api.people(",".join({row.drafter, *(h["actor"] for h in past)}), caller)
    rule = Explained.model_validate(row.rule).text() if row.rule else None
    return page(
        request, caller, "item.html", row=row, text=text, past=past, flags=flags, rule=rule,
        people=people, organs=organs, done=DONE.get(done, ""), own=row.drafter == caller.person,
    )  # fmt: skip


DONE = {
    "saved": "草稿已保存。",
    "submitted": "已送审，这一稿已锁定。需要修改时可先撤回。",
    "withdrawn": "已撤回，可以继续修改。",
    "imported": "已从文件建立草稿，请核对标出的内容。",
}
