"""The editor: new item, revise, fill from a document, submit, withdraw. Plain forms, typed values kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload

from services.catalog import drafting, importing, page_forms, posts, queries
from services.catalog.api import MAX_FILE, fresh_id
from services.catalog.domain.errors import AlreadyDrafted
from services.catalog.editor_page import Shown, current_values, show
from services.catalog.forms import DraftForm
from shared.caller import Asking, Caller, NotYours
from shared.errors import DomainError, Invalid, NotFound, Stale

router = APIRouter(tags=["pages"], include_in_schema=False)
# Bytes of one field: too long a text is refused in words, not by the parser.
MAX_PART = 64 * 1024 * 1024


def _agency(caller: Asking, wanted: str) -> str:
    own = posts.drafting_agencies(caller)
    if not own:
        raise NotYours("您没有拟稿职责，请联系管理员")
    return wanted if wanted in own else own[0]


@router.get("/editor")
async def new(request: Request, caller: Caller, agency: str = "") -> Response:
    chosen = _agency(caller, agency)
    values = page_forms.EMPTY | {"disclosingBody": posts.own_organ(caller, chosen)}
    return await show(request, caller, Shown(chosen, values, fresh_id(), 0))


@router.get("/editor/{item_id}")
async def edit(item_id: str, request: Request, caller: Caller) -> Response:
    row, values = await current_values(caller, item_id)
    async with caller.reading() as db:
        flags = await queries.imported(db, item_id)
    form = Shown(row.agency, values, item_id, row.version, flags=flags)
    return await show(request, caller, form)


@router.post("/editor/{item_id}")
async def save(item_id: str, request: Request, caller: Caller) -> Response:
    """Save; with the second button also send to review."""
    async with request.form(max_part_size=MAX_PART) as form:
        return await _save(item_id, request, caller, form)


async def _save(item_id: str, request: Request, caller: Asking, form: FormData) -> Response:
    agency, wanted = str(form.get("agency") or ""), str(form.get("version") or "")
    version = int(wanted) if wanted.isdecimal() else 0
    caller.require(agency, *posts.DRAFTERS)
    shown = Shown(agency, page_forms.typed(form, agency), item_id, version)
    then = str(form.get("then") or "save")
    try:
        await page_forms.add_files(shown.values, form, caller)
        if then == "fill":
            return await show(request, caller, await _filled(shown, form))
        typed = page_forms.draft_form(shown.values)
        if version:
            typed = await _carried(caller, item_id, typed)
        done = await drafting.save(caller, item_id, typed, version or None)
        shown = replace(shown, version=done[-1].version)
        if then == "submit":
            await drafting.submit(caller, item_id)
    except DomainError as error:
        if isinstance(error, Stale | AlreadyDrafted) and await _sent_twice(caller, shown, then):
            return _done(item_id, then)
        if isinstance(error, Stale):
            shown = replace(shown, version=int(error.extra.get("version") or version))
        return await show(request, caller, replace(shown, error=error))
    return _done(item_id, then)


def _done(item_id: str, then: str) -> Response:
    what = "submitted" if then == "submit" else "saved"
    return RedirectResponse(f"/catalog/items/{item_id}?done={what}", 303)


async def _sent_twice(caller: Asking, shown: Shown, then: str) -> bool:
    """Whether the button was pressed twice: the same form has been saved, by the same person."""
    try:
        row, current = await current_values(caller, shown.item_id)
    except NotFound:
        return False
    state = "SUBMITTED" if then == "submit" else "DRAFT"
    return (
        (row.drafter, row.status) == (caller.person, state)
        and row.version <= shown.version + (2 if then == "submit" else 1)
        and page_forms.same(shown.values, current)
    )


async def _filled(shown: Shown, form: FormData) -> Shown:
    """The form with what a document says, not saved yet; what it does not say is named."""
    document = form.get("document")
    if not isinstance(document, StarletteUpload) or not document.filename:
        raise Invalid("请先选择一个文件，再点“从文件填写”", field="document")
    reading = await asyncio.to_thread(importing.read_document, await document.read(MAX_FILE + 1))
    flags = {"fileName": document.filename, "missing": reading.missing, "notes": reading.notes}
    return replace(shown, values=page_forms.fill(shown.values, reading), flags=flags)


async def _carried(caller: Asking, item_id: str, typed: DraftForm) -> DraftForm:
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        kept = await caller.texts.many(db, [row.particulars["offCatalogReason"]])
    return page_forms.carried(typed, row, kept)


@router.post("/items/{item_id}/submit")
async def submit(
    item_id: str, caller: Caller, version: Annotated[int | None, Form()] = None
) -> Response:
    await drafting.submit(caller, item_id, version)
    return RedirectResponse(f"/catalog/items/{item_id}?done=submitted", 303)


@router.post("/items/{item_id}/withdraw")
async def withdraw(
    item_id: str, caller: Caller, version: Annotated[int | None, Form()] = None
) -> Response:
    await drafting.withdraw(caller, item_id, version)
    return RedirectResponse(f"/catalog/items/{item_id}?done=withdrawn", 303)


@router.post("/import")
async def import_page(
    caller: Caller, agency: Annotated[str, Form()], file: Annotated[UploadFile, File()]
) -> Response:
    """A document becomes a draft; its editor shows what was not found."""
    data = await file.read(MAX_FILE + 1)
    done = await importing.import_document(caller, agency, file.filename or "", data)
    return RedirectResponse(f"/catalog/items/{done['itemId']}?done=imported", 303)
