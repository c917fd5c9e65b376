"""The portal: static files of PUBLIC items only, written aside and renamed, by one writer at a time."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from services.publisher.delivering import Job
from services.publisher.portal import rows
from services.publisher.portal.rows import PortalItem
from shared import directory
from shared.db import Db
from shared.pages import Pages
from shared.runtime import Runtime
from shared.workdays import legal_day

SITE_NAME = "政务党务公开"


def item_url(agency: str, item_id: str) -> str:
    return f"/a/{agency}/i/{item_id}.html"


@dataclass(frozen=True)
class WrittenPage:
    item_id: str
    sha256: str


class Site:
    """`root` is the folder that the edge serves. Lists that became stale are rewritten by `refresh`."""

    def __init__(self, runtime: Runtime, pages: Pages) -> None:
        self.root = runtime.settings.data / "portal"
        self._runtime = runtime
        self._pages = pages
        self._stale: set[str] = set()
        self._writing = asyncio.Lock()

    async def publish(self, job: Job) -> WrittenPage:
        """Write the page of an item (of its parent, for a handling result) and mark the lists stale."""
        async with self._runtime.facts.transaction() as db:
            target = await rows.keep(db, job, legal_day_now())
            page = await self._item_page(db, target.item_id)
        for part in job.content.files:
            await self._attachment(target.agency, part)
        digest = await self.write(item_url(target.agency, target.item_id), page)
        self._stale.add(target.agency)
        return WrittenPage(target.item_id, digest)

    async def rewrite_item(self, item_id: str) -> None:
        """After its status changed (posting ended)."""
        async with self._runtime.facts.transaction() as db:
            item = await rows.item(db, item_id)
            if item is None:
                return
            page = await self._item_page(db, item_id)
        await self.write(item.url, page)
        self._stale.add(item.agency)

    async def _item_page(self, db: Db, item_id: str) -> str:
        item = await rows.item(db, item_id)
        assert item is not None
        context = await rows.page_context(db, item)
        return self._pages.render_static(
            "portal_item.html", site=item.agency_name, home=f"/a/{item.agency}/", item=item,
            origin=self._runtime.settings.public_url, today=legal_day_now(), **context,
        )  # fmt: skip

    async def _attachment(self, agency: str, part: Mapping[str, Any]) -> None:
        data = await self._runtime.blobs.get(part["sha256"])
        await self.write_bytes(attachment_path(agency, part), data)

    async def refresh(self) -> int:
        """Rewrite the lists of agencies that changed, home page, feed and sitemap; return how many pages."""
        stale, self._stale = self._stale, set()
        return await self._rewrite_lists(stale) if stale else 0

    async def _rewrite_lists(self, stale: set[str]) -> int:
        written = 0
        try:
            async with self._runtime.facts.transaction() as db:
                pages = await self._lists(db, stale)
            for path, text in pages.items():
                await self.write(path, text)
                written += 1
        except BaseException:
            self._stale |= stale
            raise
        return written

    async def _lists(self, db: Db, agencies: set[str]) -> dict[str, str]:
        pages: dict[str, str] = {}
        for agency in sorted(agencies):
            name = (await directory.agency(db, agency)).name
            pages |= await self._agency_pages(db, agency, name)
        latest = await rows.latest(db, None, 30)
        counts = await rows.agencies(db)
        render = self._pages.render_static
        pages["/index.html"] = render(
            "portal_home.html", site=SITE_NAME, home="/", latest=latest, agencies=counts
        )
        origin = self._runtime.settings.public_url
        pages["/feed.xml"] = render("feed.xml", origin=origin, site=SITE_NAME, items=latest)
        every = await rows.urls(db)
        pages["/sitemap.xml"] = render("sitemap.xml", origin=origin, items=every, agencies=counts)
        pages["/404.html"] = render("portal_missing.html", site=SITE_NAME, home="/")
        return pages

    async def _agency_pages(self, db: Db, agency: str, name: str) -> dict[str, str]:
        render, home = self._pages.render_static, f"/a/{agency}/"
        columns = {
            code: await rows.column(db, agency, code, rows.PAGE + 1) for code in rows.COLUMNS
        }
        pages = {
            f"{home}index.html": render(
                "portal_agency.html",
                site=name,
                home=home,
                agency=agency,
                columns=columns,
                names=rows.COLUMNS,
                latest=await rows.latest(db, agency, 12),
            )
        }
        for code, first in columns.items():
            number, page = 1, first
            while True:
                more = len(page) > rows.PAGE
                pages[f"{home}{code.lower()}{'' if number == 1 else f'-{number}'}.html"] = render(
                    "portal_column.html", site=name, home=home, code=code, names=rows.COLUMNS,
                    items=page[: rows.PAGE], number=number, more=more,
                )  # fmt: skip
                if not more:
                    break
                last = page[rows.PAGE - 1]
                page = await rows.column(db, agency, code, rows.PAGE + 1, before=last)
                number += 1
        return pages

    async def everything(self) -> int:
        """Write every page again, for example after the folder was lost; return how many items."""
        async with self._runtime.facts.transaction() as db:
            items = await rows.urls(db)
            agencies = await directory.agencies(db)
        for item in items:
            await self.rewrite_item(item.item_id)
        await self._rewrite_lists({agency.agency for agency in agencies})
        return len(items)

    async def write(self, url: str, text: str) -> str:
        return await self.write_bytes(url, text.encode())

    async def write_bytes(self, url: str, data: bytes) -> str:
        """Write a file so that readers see the old one or the whole new one; return its SHA-256."""
        async with self._writing:
            await asyncio.to_thread(_replace, self.root, url, data)
        return sha256(data).hexdigest()


def attachment_path(agency: str, part: Mapping[str, Any]) -> str:
    """Under the file's hash, with its own name for people."""
    return f"/a/{agency}/f/{part['sha256']}/{part['name']}"


def attachment_url(agency: str, part: Mapping[str, Any]) -> str:
    return quote(attachment_path(agency, part))


def legal_day_now() -> date:
    from datetime import UTC, datetime

    return legal_day(datetime.now(UTC))


def _replace(root: Path, url: str, data: bytes) -> None:
    path = (root / url.lstrip("/")).resolve()
    if not path.is_relative_to(root.resolve()):
        raise ValueError(f"{url} is outside the portal")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)


__all__ = ["PortalItem", "Site", "attachment_url", "item_url"]
