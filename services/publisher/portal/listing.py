"""A list of items as pages, cut from the oldest item on: only its newest page changes when one is added."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.publisher.portal.rows import BRIEF, COLUMNS, PortalItem
from shared.db import Db

PAGE = 30  # items of a page that does not change any more; the newest holds up to twice as many
Files = dict[str, str]

COUNT = "SELECT count(*) FROM portal_items WHERE agency = $1 AND column_code = $2"
# The pages on which given items stand, $4 items a page.
TOUCHED = """
SELECT DISTINCT ((SELECT count(*) FROM portal_items o WHERE o.agency = $1 AND o.column_code = $2
    AND o.sequence <= i.sequence) - 1) / $4 + 1 AS page
FROM portal_items i WHERE i.agency = $1 AND i.column_code = $2 AND i.item_id = ANY ($3)
"""
ITEMS = BRIEF + " WHERE agency = $1 AND column_code = $2 ORDER BY sequence LIMIT $3 OFFSET $4"
NEWEST_ITEMS = BRIEF + " WHERE agency = $1 AND column_code = $2 ORDER BY sequence DESC LIMIT $3"


@dataclass(frozen=True)
class Frame:
    """What the making of lists needs. `render` gives a page as text."""

    db: Db
    render: Callable[..., str]
    origin: str
    today: date


@dataclass(frozen=True)
class Listing:
    """One column, or one category, of an agency."""

    kind: Literal["column", "category"]
    agency: str
    code: str
    name: str

    def sql(self, query: str) -> str:
        """The query on columns as one on this listing."""
        if self.kind == "column":
            return query
        return query.replace("column_code = $2", "category_code = $2")

    def url(self, page: int | None = None) -> str:
        """Without `page` that of the newest."""
        stem = self.code.lower() if self.kind == "column" else f"c/{slug(self.code)}"
        return f"/a/{self.agency}/{stem}{f'-{page}' if page else ''}.html"


def slug(code: str) -> str:
    """`ART20-1@gov-art20` as a part of a URL."""
    return re.sub(r"[^a-z0-9-]+", ".", code.lower())


async def listing_files(
    frame: Frame, listing: Listing, site: str, changed: set[str] | None
) -> Files:
    db, args = frame.db, (listing.agency, listing.code)
    total = await db.fetchval(listing.sql(COUNT), *args)
    settled = settled_pages(total)
    if changed is None:
        pages = set(range(1, settled + 1))
    else:
        found = await db.fetch(listing.sql(TOUCHED), *args, sorted(changed), PAGE)
        if not found:
            return {}
        touched = {row["page"] for row in found}
        pages = {n for n in touched if n <= settled} | just_settled(settled, len(changed))
    files = {}
    for page in [None, *sorted(pages)]:
        start = settled * PAGE if page is None else (page - 1) * PAGE
        count = total - start if page is None else PAGE
        items = await _items(frame, listing, start, count)
        files[listing.url(page)] = frame.render(
            "portal_column.html", site=site, home=f"/a/{listing.agency}/", listing=listing,
            names=COLUMNS, items=items, total=total, newer=_newer(listing, page, settled),
            older=_older(listing, page, settled),
        )  # fmt: skip
    return files


def settled_pages(total: int) -> int:
    """How many pages do not change any more."""
    return max(0, -(-total // PAGE) - 2)


def just_settled(settled: int, added: int) -> set[int]:
    """Pages that may have been cut off, or have got a newer neighbour, by so many new items."""
    return set(range(max(1, settled - -(-added // PAGE)), settled + 1))


def _newer(listing: Listing, page: int | None, settled: int) -> str | None:
    if page is None:
        return None
    return listing.url(page + 1 if page < settled else None)


def _older(listing: Listing, page: int | None, settled: int) -> str | None:
    before = settled if page is None else page - 1
    return listing.url(before) if before else None


async def _items(frame: Frame, listing: Listing, start: int, count: int) -> Sequence[PortalItem]:
    """`count` items from the `start`-th oldest on, the latest first."""
    found = await frame.db.fetch(listing.sql(ITEMS), listing.agency, listing.code, count, start)
    return [PortalItem(**row) for row in reversed(found)]


async def newest_of(frame: Frame, listing: Listing, count: int) -> Sequence[PortalItem]:
    found = await frame.db.fetch(listing.sql(NEWEST_ITEMS), listing.agency, listing.code, count)
    return [PortalItem(**row) for row in found]
