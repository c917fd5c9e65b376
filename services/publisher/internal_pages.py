"""Internal disclosure: signed-in pages for those in the audience only, with receipts of reading."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.publisher import contents, queries
from services.publisher.aggregates import READING
from services.publisher.contents import Content
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.domain.reading import NoteRead
from services.publisher.labels import PAGES
from services.publisher.portal import rows
from shared import directory
from shared.caller import Asking, Caller
from shared.errors import NotFound
from shared.ids import derived_id

router = APIRouter(prefix="/internal", tags=["internal disclosure"], include_in_schema=False)


@router.get("")
async def internal(request: Request, caller: Caller) -> Response:
    """Internal disclosures for this person."""
    async with caller.reading() as db:
        found = await queries.internal(db, caller.person, caller.grants)
        names = {a.agency: a.name for a in await directory.agencies(db)}
    return PAGES.render(request, "internal.html", rows=found, agencies=names)


@router.get("/items/{item_id}")
async def item(item_id: str, request: Request, caller: Caller) -> Response:
    """One internal disclosure; reading it leaves a receipt (阅知回执)."""
    row, content = await _opened(caller, item_id)
    async with caller.reading() as db:
        name = (await directory.agency(db, row["agency"])).name
        results = await rows.results(db, item_id, row["scope"])
    key = derived_id("reading", item_id, caller.person)
    await caller.execute(READING, key, NoteRead(item_id, caller.person), agency=row["agency"])
    return PAGES.render(
        request, "internal_item.html", row=row, content=content, agency_name=name, results=results
    )


@router.get("/items/{item_id}/files/{digest}")
async def file(item_id: str, digest: str, caller: Caller) -> Response:
    """An attachment; downloaded, never run in our pages."""
    _, content = await _opened(caller, item_id)
    part = next((part for part in content.files if part["sha256"] == digest), None)
    if part is None:
        raise NotFound
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(part['name'], safe='')}"
    }
    return Response(
        await caller.blobs.get(digest), media_type="application/octet-stream", headers=headers
    )


async def _opened(caller: Asking, item_id: str) -> tuple[Any, Content]:
    """Raises NoSuchPublication for everybody outside the audience."""
    async with caller.reading() as db:
        found = await queries.internal(db, caller.person, caller.grants, item_id)
        content = await contents.kept(db, found[0]["manifest_hash"]) if found else None
    if content is None:
        raise NoSuchPublication
    return found[0], content
