"""Staff pages: waiting for release, channels, evidence, posters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from services.publisher import office, queries
from services.publisher.channels.poster import Poster, poster_pdf
from services.publisher.contents import Content, fetched
from services.publisher.domain.clearance import Clearance
from services.publisher.domain.errors import EvidenceNeeded, PosterTooEarly
from services.publisher.evidence import media_type
from services.publisher.labels import PAGES
from services.publisher.names import names_of
from services.publisher.portal.rows import item_url
from services.publisher.queries import PublicationRow
from services.publisher.rights import OPERATORS, RELEASERS, may_see, operates, seen
from services.publisher.texts import paragraphs
from shared import directory
from shared.caller import Asking, Caller
from shared.errors import DomainError, Invalid, NotFound
from shared.http import status_of
from shared.workdays import Explained, legal_day

router = APIRouter(tags=["pages"], include_in_schema=False)
PAGE = 50
DONE = {
    "released": "已发布，各渠道正在处理，请稍后刷新查看回执。",
    "confirmed": "已登记公开凭证。",
    "retried": "已安排立即重试。",
}


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/publisher/work", 303)


@router.get("/work")
async def work(request: Request, caller: Caller, before: datetime | None = None) -> Response:
    """What waits for release, which channels need somebody, what went out."""
    async with caller.reading() as db:
        waiting = await queries.waiting(db)
        out = await queries.out(db, before, PAGE + 1)
        channels = await queries.open_deliveries(db)
        names = {a.agency: a.name for a in await directory.agencies(db)}
    older = out[PAGE - 1].opened_at if len(out) > PAGE else None
    return PAGES.render(
        request, "publications.html", waiting=[row for row in waiting if may_see(caller, row)],
        out=[row for row in out[:PAGE] if may_see(caller, row)], older=older,
        channels=[d for d in channels if operates(caller, d["agency"])],
        agencies=names, today=legal_day(caller.now),
    )  # fmt: skip


@router.get("/work/{item_id}")
async def publication(item_id: str, request: Request, caller: Caller, done: str = "") -> Response:
    return await _show(request, caller, item_id, done=DONE.get(done, ""))


async def _show(
    request: Request,
    caller: Asking,
    item_id: str,
    *,
    done: str = "",
    error: DomainError | None = None,
    key: str = "",
    typed: str = "",
) -> Response:
    """`key` and `typed`: which channel's form was refused, and the day that was typed there."""
    async with caller.reading() as db:
        row = await seen(caller, db, item_id)
        channels = await queries.deliveries(db, item_id)
        readers = await queries.readers(db, item_id)
        agency = await directory.agency(db, row.agency)
    rule = Explained.model_validate(row.post_rule).text() if row.post_rule else None
    people = [*(reader["person"] for reader in readers), row.released_by or ""]
    may_release = any(caller.has(role, row.agency) for role in RELEASERS)
    may_operate = any(caller.has(role, row.agency) for role in OPERATORS)
    return PAGES.render(
        request, "publication.html", status=status_of(error) if error else 200, row=row,
        text=await _text(caller, row) if row.status == "WAITING" else None,
        channels=channels, readers=readers, names=await names_of(caller, people),
        agency_name=agency.name, rule=rule, done=done,
        errors={error.field or "file": error.detail} if error else {}, today=legal_day(caller.now),
        refused=key, typed=typed,
        may_release=may_release, may_operate=may_operate,
        on_website=any(d["channel"] == "WEBSITE" and d["state"] == "CONFIRMED" for d in channels),
        url=item_url(row.agency, item_id) if row.reaches("WEBSITE") else None,
    )  # fmt: skip


async def _text(caller: Asking, row: PublicationRow) -> Content | None:
    """What is about to be released, verified; None when it cannot be had now."""
    try:
        return await fetched(caller.runtime, Clearance.model_validate(row.clearance))
    except DomainError:
        return None


@router.post("/work/{item_id}/release")
async def release(
    item_id: str, request: Request, caller: Caller, version: Annotated[int | None, Form()] = None
) -> Response:
    try:
        await office.release_item(caller, item_id, version)
    except DomainError as error:
        return await _show(request, caller, item_id, error=error)
    return RedirectResponse(f"/publisher/work/{item_id}?done=released", 303)


@router.post("/work/{item_id}/deliveries/{key}/confirm")
async def confirm(item_id: str, key: str, request: Request, caller: Caller) -> Response:
    """Whatever is missing or wrong comes back as the page with the form, its day as it was typed."""
    async with request.form() as form:
        typed, file = str(form.get("occurredOn", "")), form.get("file")
        try:
            if not isinstance(file, UploadFile):
                raise EvidenceNeeded(field="file")
            await office.confirm_delivery(caller, key, _day(typed), file)
        except DomainError as error:
            return await _show(request, caller, item_id, error=error, key=key, typed=typed)
    return RedirectResponse(f"/publisher/work/{item_id}?done=confirmed", 303)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid("请填写实际公开日期", field="occurredOn") from None


@router.post("/work/{item_id}/deliveries/{key}/retry")
async def retry(item_id: str, key: str, request: Request, caller: Caller) -> Response:
    try:
        await office.retry_delivery(caller, key)
    except DomainError as error:
        return await _show(request, caller, item_id, error=error)
    return RedirectResponse(f"/publisher/work/{item_id}?done=retried", 303)


@router.get("/work/{item_id}/evidence/{digest}")
async def evidence(item_id: str, digest: str, caller: Caller) -> Response:
    """A photo or minutes that prove a delivery."""
    async with caller.reading() as db:
        await seen(caller, db, item_id)
        if not await queries.proves(db, item_id, digest):
            raise NotFound
    data = await caller.blobs.get(digest)
    return Response(data, media_type=media_type(data) or "application/octet-stream")


@router.get("/work/{item_id}/poster.pdf")
async def poster(item_id: str, caller: Caller, paper: str = "a4") -> Response:
    """A4 or A3 poster; only when the notice board's turn has come. Raises PosterTooEarly."""
    async with caller.reading() as db:
        row = await seen(caller, db, item_id)
        boards = [
            d for d in await queries.deliveries(db, item_id) if d["channel"] == "NOTICE_BOARD"
        ]
        agency = await directory.agency(db, row.agency)
    due = [d for d in boards if d["round"] == row.round and d["due"] and d["scope"] == "PUBLIC"]
    if row.released_on is None or not due:
        raise PosterTooEarly
    content = await fetched(caller.runtime, Clearance.model_validate(row.clearance))
    origin = caller.runtime.settings.public_url
    pdf = poster_pdf(
        Poster(
            title=row.title, doc_no=row.doc_no, index_no=row.index_no or "", agency_name=agency.name,
            paragraphs=paragraphs(content.body), published_on=due[0]["occurred_on"] or legal_day(caller.now),
            post_until=row.post_until, manifest_hash=row.manifest_hash,
            url=origin + item_url(row.agency, item_id) if row.reaches("WEBSITE") else None,
        ),
        "a3" if paper == "a3" else "a4",
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="poster.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
