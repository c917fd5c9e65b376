"""Staff pages: waiting for release, channels, evidence, posters."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from services.publisher import api, contents, queries
from services.publisher.channels.poster import Poster, poster_pdf
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.labels import PAGES
from services.publisher.portal.site import item_url
from services.publisher.texts import paragraphs
from shared import directory
from shared.caller import Asking, Caller
from shared.errors import DomainError
from shared.http import status_of
from shared.workdays import Explained, legal_day

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/publisher/work", 303)


@router.get("/work")
async def work(request: Request, caller: Caller) -> Response:
    """What waits for release, which channels need somebody, what went out."""
    async with caller.reading() as db:
        every = await queries.publications(db)
        channels = await queries.open_deliveries(db)
        names = {a.agency: a.name for a in await directory.agencies(db)}
    waiting = [row for row in every if row.status == "WAITING"]
    out = [row for row in every if row.status != "WAITING"]
    return PAGES.render(
        request, "publications.html", waiting=waiting, out=out, channels=channels,
        agencies=names, today=legal_day(caller.now),
    )  # fmt: skip


@router.get("/work/{item_id}")
async def publication(item_id: str, request: Request, caller: Caller, done: str = "") -> Response:
    return await _show(request, caller, item_id, done=DONE.get(done, ""))


DONE = {
    "released": "已发布，各渠道正在处理，请稍后刷新查看回执。",
    "confirmed": "已登记公开凭证。",
    "retried": "已安排立即重试。",
}


async def _show(
    request: Request,
    caller: Asking,
    item_id: str,
    *,
    done: str = "",
    error: DomainError | None = None,
) -> Response:
    async with caller.reading() as db:
        row = await queries.publication(db, item_id)
        channels = await queries.deliveries(db, item_id)
        readers = await queries.readers(db, item_id)
        name = (await directory.agency(db, row.agency)).name
    rule = Explained.model_validate(row.post_rule).text() if row.post_rule else None
    may_release = caller.has("DISCLOSURE_OFFICE", row.agency)
    may_operate = may_release or caller.has("CHANNEL_OPERATOR", row.agency)
    return PAGES.render(
        request, "publication.html", status=status_of(error) if error else 200, row=row,
        channels=channels, readers=readers, agency_name=name, rule=rule, done=done,
        errors={error.field or "file": error.detail} if error else {}, today=legal_day(caller.now),
        may_release=may_release, may_operate=may_operate, url=item_url(row.agency, item_id),
    )  # fmt: skip


@router.post("/work/{item_id}/release")
async def release(
    item_id: str, request: Request, caller: Caller, version: Annotated[int | None, Form()] = None
) -> Response:
    try:
        await api.release_item(caller, item_id, version)
    except DomainError as error:
        return await _show(request, caller, item_id, error=error)
    return RedirectResponse(f"/publisher/work/{item_id}?done=released", 303)


@router.post("/work/{item_id}/deliveries/{key}/confirm")
async def confirm(
    item_id: str, key: str, request: Request, caller: Caller,
    occurred_on: Annotated[date, Form(alias="occurredOn")], file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    try:
        await api.confirm_delivery(caller, key, occurred_on, file)
    except DomainError as error:
        return await _show(request, caller, item_id, error=error)
    return RedirectResponse(f"/publisher/work/{item_id}?done=confirmed", 303)


@router.post("/work/{item_id}/deliveries/{key}/retry")
async def retry(item_id: str, key: str, request: Request, caller: Caller) -> Response:
    try:
        await api.retry_delivery(caller, key)
    except DomainError as error:
        return await _show(request, caller, item_id, error=error)
    return RedirectResponse(f"/publisher/work/{item_id}?done=retried", 303)


@router.get("/work/{item_id}/poster.pdf")
async def poster(item_id: str, caller: Caller, paper: str = "a4") -> Response:
    """A4 or A3 poster for the notice board; only what is released and goes to a board."""
    async with caller.reading() as db:
        row = await queries.publication(db, item_id)
        content = await contents.kept(db, row.manifest_hash)
        name = (await directory.agency(db, row.agency)).name
    if content is None or row.released_on is None or not _for_board(row.clearance):
        raise NoSuchPublication("发布后才能生成公开栏张贴页，且须包含公开栏渠道")
    pdf = poster_pdf(
        Poster(
            title=row.title, doc_no=row.doc_no, index_no=row.index_no or "", agency_name=name,
            paragraphs=paragraphs(content.body), published_on=row.released_on,
            post_until=row.post_until, manifest_hash=row.manifest_hash,
            url=caller.runtime.settings.public_url + item_url(row.agency, item_id),
        ),
        "a3" if paper == "a3" else "a4",
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="poster.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _for_board(clearance: dict[str, Any]) -> bool:
    return any(
        ring["scope"] == "PUBLIC" and "NOTICE_BOARD" in ring["channels"]
        for ring in clearance["rings"]
    )
