"""The editor: new item, revise, fill from a document, submit, withdraw. Plain forms, typed values kept."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload

from services.catalog import contents, drafting, importing, page_forms, queries
from services.catalog.api import MAX_FILE, fresh_id
from services.catalog.forms import DraftForm
from services.catalog.labels import CHANNELS, DOCUMENT_KINDS
from services.catalog.pages import drafting_agencies, page
from services.catalog.policy.model import PolicySet
from shared import directory, reference
from shared.caller import Asking, Caller, NotYours
from shared.errors import DomainError, Invalid, Stale
from shared.http import status_of
from shared.workdays import legal_day

router = APIRouter(tags=["pages"], include_in_schema=False)
# Bytes of one field: too long a text is refused in words, not by the parser.
MAX_PART = 64 * 1024 * 1024


async def _show(
    request: Request, caller: Asking, agency: str, values: page_forms.Values, *, item_id: str,
    version: int, error: DomainError | None = None, flags: Any = None,
) -> Response:  # fmt: skip
    async with caller.reading() as db:
        row = await reference.policy(db, agency, legal_day(caller.now))
        organs = await directory.organs(db, agency)
        name = (await directory.agency(db, agency)).name
        staff = await queries.staff(db, agency, legal_day(caller.now))
    stale = error if isinstance(error, Stale) else None
    return page(
        request, caller, "editor.html", code=status_of(error) if error else 200,
        values=values, errors=page_forms.errors_of(error) if error and not stale else {},
        stale=stale.extra if stale else None, stale_text=stale.detail if stale else "",
        item_id=item_id, version=version, agency=agency, agency_name=name, organs=organs, staff=staff,
        organ_options=[(organ.organ, organ.name) for organ in organs],
        policy=PolicySet.model_validate(row.data), channels=CHANNELS, kinds=DOCUMENT_KINDS, flags=flags,
    )  # fmt: skip


def _agency(caller: Asking, wanted: str) -> str:
    own = drafting_agencies(caller)
    if not own:
        raise NotYours("您没有拟稿职责，请联系管理员")
    return wanted if wanted in own else own[0]


@router.get("/editor")
async def new(request: Request, caller: Caller, agency: str = "") -> Response:
    chosen = _agency(caller, agency)
    return await _show(request, caller, chosen, page_forms.EMPTY, item_id=fresh_id(), version=0)


@router.get("/editor/{item_id}")
async def edit(item_id: str, request: Request, caller: Caller) -> Response:
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        text = await queries.item_text(db, item_id)
        manifest = await contents.manifest(db, row.manifest_hash)
        p = row.particulars
        kept = await caller.texts.many(
            db, [p["groundReasonHash"], *p["legalBasis"], p["duty"]["taskHash"]]
        )
        flags = await queries.imported(db, item_id)
    files = [part for part in manifest["parts"] if part["role"] != "BODY"]
    values = page_forms.values_of(row, text, kept, files)
    return await _show(
        request, caller, row.agency, values, item_id=item_id, version=row.version, flags=flags
    )


@router.post("/editor/{item_id}")
async def save(item_id: str, request: Request, caller: Caller) -> Response:
    """Save; with the second button also send to review."""
    async with request.form(max_part_size=MAX_PART) as form:
        return await _save(item_id, request, caller, form)


async def _save(item_id: str, request: Request, caller: Asking, form: FormData) -> Response:
    agency, wanted = str(form.get("agency") or ""), str(form.get("version") or "")
    version = int(wanted) if wanted.isdecimal() else 0
    caller.require(agency, *drafting.DRAFTERS)
    values = page_forms.typed(form, agency)
    try:
        await page_forms.add_files(values, form, caller)
        if form.get("then") == "fill":
            return await _filled(item_id, request, caller, form, values, version)
        typed = page_forms.draft_form(values)
        if version:
            typed = await _carried(caller, item_id, typed)
        done = await drafting.save(caller, item_id, typed, version or None)
        version = done[-1].version
        if form.get("then") == "submit":
            await drafting.submit(caller, item_id)
    except DomainError as error:
        if isinstance(error, Stale):
            version = int(error.extra.get("version") or version)
        return await _show(
            request, caller, agency, values, item_id=item_id, version=version, error=error
        )
    what = "submitted" if form.get("then") == "submit" else "saved"
    return RedirectResponse(f"/catalog/items/{item_id}?done={what}", 303)


async def _filled(
    item_id: str, request: Request, caller: Asking, form: FormData, values: page_forms.Values,
    version: int,
) -> Response:  # fmt: skip
    """The form with what a document says, not saved yet; what it does not say is named."""
    document = form.get("document")
    if not isinstance(document, StarletteUpload) or not document.filename:
        raise Invalid("请先选择一个文件，再点“从文件填写”", field="document")
    reading = await asyncio.to_thread(importing.read_document, await document.read(MAX_FILE + 1))
    flags = {"fileName": document.filename, "missing": reading.missing, "notes": reading.notes}
    filled = page_forms.fill(values, reading)
    return await _show(
        request, caller, values["agency"], filled, item_id=item_id, version=version, flags=flags
    )


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
