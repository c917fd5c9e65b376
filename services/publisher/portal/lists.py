"""What leads to the items: columns, categories, home pages, feeds and site maps, as files."""

from __future__ import annotations

from dataclasses import dataclass

from services.publisher.portal import rows
from services.publisher.portal.listing import Files, Frame, Listing, listing_files, newest_of
from services.publisher.portal.rows import COLUMNS, PortalItem
from shared import reference
from shared.errors import NotReady
from shared.events import Json

NEWEST = 12  # items on an agency's home page
FEED = 30
SITE_NAME = "政务党务公开"


@dataclass(frozen=True)
class Category:
    """A category with the number of its public items, for the directory of an agency."""

    listing: Listing
    scheme: str
    items: int


def category_url(item: PortalItem) -> str:
    return Listing("category", item.agency, item.category_code, item.category).url()


async def agency_files(frame: Frame, agency: str, name: str, changed: set[str] | None) -> Files:
    """Everything of an agency but its items' pages; None: from the first page on."""
    columns = [Listing("column", agency, code, title) for code, title in COLUMNS.items()]
    categories = await _categories(frame, agency)
    files: Files = {}
    for listing in [*columns, *(category.listing for category in categories)]:
        files |= await listing_files(frame, listing, name, changed)
    here = {"site": name, "home": f"/a/{agency}/", "agency": agency, "names": COLUMNS}
    newest = await rows.latest(frame.db, agency, max(FEED, NEWEST))
    first = {
        listing.code: await newest_of(frame, listing, 6) for listing in columns
    }  # fmt: skip
    render = frame.render
    return files | {
        f"/a/{agency}/index.html": render(
            "portal_agency.html", columns=first, latest=newest[:NEWEST], **here
        ),
        f"/a/{agency}/catalog.html": render("portal_catalog.html", categories=categories, **here),
        f"/a/{agency}/request.html": render("portal_request.html", **here),
        f"/a/{agency}/feed.xml": render(
            "feed.xml", origin=frame.origin, site=name, path=f"/a/{agency}/", items=newest[:FEED]
        ),
        f"/a/{agency}/sitemap.xml": render(
            "sitemap.xml", origin=frame.origin, items=await rows.of_agency(frame.db, agency),
            pages=[f"/a/{agency}/", *(listing.url() for listing in columns)],
        ),
    }  # fmt: skip


async def site_files(frame: Frame) -> Files:
    """Home page, feed, site map and what stands where nothing is."""
    newest = await rows.latest(frame.db, None, FEED)
    agencies = await rows.agencies(frame.db)
    here = {"site": SITE_NAME, "home": "/"}
    render, origin = frame.render, frame.origin
    return {
        "/index.html": render("portal_home.html", latest=newest, agencies=agencies, **here),
        "/feed.xml": render("feed.xml", origin=origin, site=SITE_NAME, path="/", items=newest),
        "/sitemap.xml": render("sitemap_index.xml", origin=origin, agencies=agencies),
        "/robots.txt": f"User-agent: *\nAllow: /\nSitemap: {origin}/sitemap.xml\n",
        "/404.html": render("portal_missing.html", **here),
    }


async def _categories(frame: Frame, agency: str) -> list[Category]:
    """Those of the rules in force, then those that only older items have."""
    found = await frame.db.fetch(
        "SELECT category_code, category, count(*) AS items FROM portal_items WHERE agency = $1"
        " GROUP BY category_code, category ORDER BY category_code",
        agency,
    )
    used = {row["category_code"]: row for row in found}
    listed: list[Category] = []
    for code, name, scheme in _known(await _rules(frame, agency)):
        row = used.pop(code, None)
        listing = Listing("category", agency, code, name)
        listed.append(Category(listing, scheme, row["items"] if row else 0))
    for code, row in used.items():
        listing = Listing("category", agency, code, row["category"])
        listed.append(Category(listing, "此前使用的类别", row["items"]))
    return listed


async def _rules(frame: Frame, agency: str) -> Json:
    try:
        return (await reference.policy(frame.db, agency, frame.today)).data
    except NotReady:
        return {}


def _known(policy: Json) -> list[tuple[str, str, str]]:
    """(code@scheme, name, name of the scheme)."""
    return [
        (f"{category['code']}@{scheme}", category["name"], rules["name"])
        for scheme, rules in policy.get("categorySchemes", {}).items()
        for category in rules["categories"]
    ]
