"""Pages for citizens that cannot be files: search, large print, kiosk; and internal disclosure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from services.publisher import contents, queries
from services.publisher.aggregates import READING
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.domain.reading import NoteRead
from services.publisher.labels import PAGES
from services.publisher.portal import rows
from services.publisher.portal.rows import SELECT, PortalItem
from services.publisher.texts import folded, grams
from shared import directory
from shared.caller import Caller, Visitor
from shared.db import Db
from shared.ids import derived_id
from shared.workdays import legal_day

router = APIRouter(tags=["public pages"])
PAGE = 20
LONGEST = 60  # characters of a query


@router.get("/search")
async def search(
    request: Request, visitor: Visitor, q: str = "", agency: str = "",
    before: date | None = None, after: int | None = None,
) -> Response:  # fmt: skip
    """PUBLIC items only: bigrams find candidates, the folded text confirms them."""
    words = [folded(word) for word in q[:LONGEST].split() if word]
    async with visitor.reading() as db:
        found = await find(db, words, agency or None, before, after) if words else []
        agencies = await directory.agencies(db)
    more = found[PAGE - 1] if len(found) > PAGE else None
    return PAGES.render(
        request, "search.html", q=q[:LONGEST], agency=agency, agencies=agencies, home="/",
        site="政务党务公开", results=[(item, excerpt(item, words)) for item in found[:PAGE]], more=more,
    )  # fmt: skip


async def find(
    db: Db, words: list[str], agency: str | None, before: date | None, after: int | None
) -> list[PortalItem]:
    """All words, anywhere; the latest first; `before` and `after` continue a list."""
    pieces = sorted(
        {gram for word in words for gram in grams(word) if len(gram) > 1 or gram.isascii()}
    )
    found = await db.fetch(
        SELECT + " WHERE ($1 = '' OR words @@ $1::tsquery)"
        " AND folded LIKE ALL ($2) AND ($3::text IS NULL OR agency = $3)"
        " AND ($4::date IS NULL OR (published_on, sequence) < ($4, $5))"
        " ORDER BY published_on DESC, sequence DESC LIMIT $6",
        " & ".join("'" + piece.replace("'", "''") + "'" for piece in pieces),
        [f"%{_escaped(word)}%" for word in words],
        agency,
        before,
        after,
        PAGE + 1,
    )
    return [PortalItem(**row) for row in found]


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def excerpt(item: PortalItem, words: list[str]) -> Markup:
    """The text around the first hit, hits marked."""
    text = item.body
    at = next((i for word in words if (i := folded(text).find(word)) >= 0), 0)
    piece = text[max(0, at - 30) : at + 90].replace("\n", " ")
    pattern = "|".join(re.escape(word) for word in words)
    parts = re.split(f"({pattern})", piece, flags=re.IGNORECASE)
    marked = Markup().join(
        Markup("<mark>{}</mark>").format(part) if n % 2 else part for n, part in enumerate(parts)
    )
    return Markup("…{}…").format(marked)


@router.get("/large", include_in_schema=False)
async def large(request: Request, on: str = "1") -> Response:
    """Large print without JavaScript: a cookie, and back to where one was."""
    referer = request.headers.get("referer", "/")
    path = "/" + referer.split("://", 1)[-1].partition("/")[2] if "://" in referer else "/"
    response = RedirectResponse(path if not path.startswith("//") else "/", 303)
    response.set_cookie("large", "1" if on == "1" else "0", max_age=31_536_000, samesite="lax")
    return response


@router.get("/kiosk/{agency}", include_in_schema=False)
async def kiosk(
    agency: str, request: Request, visitor: Visitor, page: int = 0, hold: bool = False
) -> Response:
    """Full-screen notice board: one item after another, without anybody touching it; `hold` stops it."""
    async with visitor.reading() as db:
        name = (await directory.agency(db, agency)).name
        items = [i for i in await rows.latest(db, agency, 20) if not i.ended_on]
        shown = await rows.item(db, items[page % len(items)].item_id) if items else None
    return PAGES.render(
        request, "kiosk_item.html", agency=agency, agency_name=name, item=shown, page=page, count=len(items),
        hold=hold, today=legal_day(visitor.now),
    )  # fmt: skip


@router.get("/internal", include_in_schema=False)
async def internal(request: Request, caller: Caller) -> Response:
    """Internal disclosures for this person."""
    async with caller.reading() as db:
        found = await queries.internal(db, caller.person, caller.grants)
        names = {a.agency: a.name for a in await directory.agencies(db)}
    return PAGES.render(request, "internal.html", rows=found, agencies=names)


@router.get("/internal/items/{item_id}", include_in_schema=False)
async def internal_item(item_id: str, request: Request, caller: Caller) -> Response:
    """One internal disclosure, for its audience only; reading it leaves a receipt."""
    async with caller.reading() as db:
        found: list[Any] = await queries.internal(db, caller.person, caller.grants, item_id)
        if not found:
            raise NoSuchPublication
        content = await contents.kept(db, found[0]["manifest_hash"])
        name = (await directory.agency(db, found[0]["agency"])).name
    key = derived_id("reading", item_id, caller.person)
    command = NoteRead(item_id, caller.person)
    await caller.execute(READING, key, command, agency=found[0]["agency"])
    return PAGES.render(
        request, "internal_item.html", row=found[0], content=content, agency_name=name
    )
