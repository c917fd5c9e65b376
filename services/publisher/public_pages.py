"""Pages for citizens that cannot be files: search, large print, kiosk."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from services.publisher.labels import PAGES
from services.publisher.portal import rows
from services.publisher.portal.rows import SELECT, PortalItem
from services.publisher.texts import folded, grams, same_length
from shared import directory
from shared.caller import Visitor
from shared.db import Db
from shared.workdays import legal_day

router = APIRouter(tags=["public pages"])
PAGE = 20
LONGEST = 60  # characters of a query


@router.get("/search")
async def search(
    request: Request, visitor: Visitor, q: str = "", agency: str = "",
    before: date | None = None, after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Response:  # fmt: skip
    """PUBLIC items only: bigrams find candidates, the folded text confirms them."""
    q = "".join(c for c in q[:LONGEST] if c.isprintable())
    words = [folded(word) for word in q.split()]
    async with visitor.reading() as db:
        found = await find(db, words, agency or None, before, after) if words else []
        agencies = await directory.agencies(db)
    more = found[PAGE - 1] if len(found) > PAGE else None
    return PAGES.render(
        request, "search.html", q=q, agency=agency, agencies=agencies, home="/",
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
    """The text around the first hit, hits marked, whichever way the characters are written."""
    text = item.body.replace("\n", " ")
    piece = text[max(0, _first(text, words) - 30) :][:120]
    hits = sorted(
        (match.start(), match.end())
        for word in words
        for match in re.finditer(re.escape(word), same_length(piece))
    )
    marked, end = Markup(), 0
    for start, stop in hits:
        if start >= end:
            marked += Markup("{}<mark>{}</mark>").format(piece[end:start], piece[start:stop])
            end = stop
    return Markup("…{}{}…").format(marked, piece[end:])


def _first(text: str, words: list[str]) -> int:
    found = (same_length(text).find(word) for word in words)
    return min((at for at in found if at >= 0), default=0)


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
        posted = await rows.posted(db, agency, 20)
        shown = await rows.item(db, posted[page % len(posted)]) if posted else None
    return PAGES.render(
        request, "kiosk_item.html", agency=agency, agency_name=name, item=shown, page=page, count=len(posted),
        hold=hold, today=legal_day(visitor.now),
    )  # fmt: skip
