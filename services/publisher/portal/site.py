"""The portal: static files of PUBLIC items only, written by one writer at a time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

import structlog

from services.publisher.contents import canonical
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.jobs import Job
from services.publisher.portal import lists, rows
from services.publisher.portal.files import Folder, attachment_path
from services.publisher.portal.keeping import keep
from services.publisher.portal.listing import Frame
from services.publisher.portal.rows import PortalItem
from services.publisher.releasing import post_until
from shared import directory
from shared.db import Db
from shared.errors import DomainError
from shared.pages import Pages
from shared.runtime import Runtime
from shared.workdays import legal_day

log = structlog.get_logger()


@dataclass(frozen=True)
class WrittenPage:
    url: str
    sha256: str


class Site:
    """Item pages are written at once; lists that became stale are rewritten by `refresh`."""

    def __init__(self, runtime: Runtime, pages: Pages) -> None:
        self.folder = Folder(runtime.settings.data / "portal")
        self._runtime = runtime
        self._pages = pages
        self._origin = runtime.settings.public_url
        self._changed: defaultdict[str, set[str]] = defaultdict(set)  # agency → items
        self._whole: set[str] = set()  # agencies whose lists are written from the first page on
        self._home = True  # whether the pages of no agency are to be written, whoever is there
        self._agencies: dict[str, str] = {}  # their names, as the lists show them
        self._rules: str | None = None  # the policy sets whose categories the lists show
        self._item = asyncio.Lock()  # of two versions of a page the later one stays

    async def publish(self, job: Job) -> WrittenPage:
        """Write the page of an item, for a handling result that of the item it answers.

        Raises NoSuchPublication, TextTampered, OutOfSpace, PortalUnwritable: then nothing is public.
        """
        about = job.cleared.responds_to if job.cleared.feedback_id else None
        for part in job.content.files:
            data = await self._runtime.blobs.get(part["sha256"])
            await self.folder.write(attachment_path(job.cleared.agency, part), data)
        async with self._item, self._runtime.facts.transaction() as db:
            before = await rows.item(db, about or job.cleared.item_id)
            if about is None:
                now = datetime.now(UTC)
                until = await post_until(db, job.cleared, now)
                await keep(db, job, until, legal_day(now))
            return await self._written(db, about or job.cleared.item_id, before)

    async def rewrite_item(self, item_id: str) -> None:
        """After something around it changed, for example its posting ended."""
        async with self._item, self._runtime.facts.transaction() as db:
            await self._written(db, item_id, await rows.item(db, item_id))

    async def _written(self, db: Db, item_id: str, before: PortalItem | None) -> WrittenPage:
        item = await rows.item(db, item_id)
        if item is None:
            raise NoSuchPublication
        released = await rows.released(db, item_id)
        page = self._pages.render_static(
            "portal_item.html", site=item.agency_name, home=f"/a/{item.agency}/", item=item,
            released=released, origin=self._origin, names=rows.COLUMNS,
            explained=released.post_rule.text() if released.post_rule else None,
            earlier=await rows.earlier(db, item_id, released.round),
            results=await rows.results(db, item_id, "PUBLIC"),
        )  # fmt: skip
        stem = item.url.removesuffix(".html")
        await self.folder.write(f"{stem}.manifest.json", canonical(released.content.manifest))
        await self.folder.write(f"{stem}.body.txt", released.content.body.encode())
        digest = await self.folder.write(item.url, page.encode())
        if before and (before.column_code, before.category_code) != (
            item.column_code, item.category_code,
        ):  # fmt: skip
            self._whole.add(item.agency)
        self._changed[item.agency].add(item_id)
        return WrittenPage(item.url, digest)

    async def refresh(self) -> int:
        """Rewrite the lists that changed, feeds and site maps; return how many files."""
        await self._look_around()
        changed, whole = dict(self._changed), set(self._whole)
        if not (changed or whole or self._home):
            return 0
        self._changed.clear()
        self._whole.clear()
        self._home = False
        try:
            return await self._rewrite_lists(changed, whole)
        except BaseException:
            self._whole |= whole | changed.keys()
            self._home = True
            raise

    async def _look_around(self) -> None:
        """A new or renamed agency, or new rules, change lists on which nothing was published."""
        async with self._runtime.facts.reading() as db:
            known = {agency.agency: agency.name for agency in await directory.agencies(db)}
            rules = await db.fetchval(
                "SELECT string_agg(agency || ' ' || version, ',' ORDER BY agency, version)"
                " FROM reference WHERE kind = 'policy'"
            )
        if rules != self._rules:
            self._whole |= known.keys()
        self._whole |= {id for id, name in known.items() if self._agencies.get(id) != name}
        self._agencies, self._rules = known, rules

    async def _rewrite_lists(self, changed: dict[str, set[str]], whole: set[str]) -> int:
        files: dict[str, str] = {}
        async with self._runtime.facts.transaction() as db:
            frame = Frame(db, self._pages.render_static, self._origin, today())
            for agency in sorted(changed.keys() | whole):
                items = None if agency in whole else changed[agency]
                files |= await lists.agency_files(frame, agency, self._agencies[agency], items)
            files |= await lists.site_files(frame)
        for url, text in files.items():
            await self.folder.write(url, text.encode())
        return len(files)

    async def everything(self) -> None:
        """Write every page again, after a start, or when the folder was lost.

        A page whose text is not the approved one any more is left as it was, with an alarm.
        """
        await asyncio.to_thread(self.folder.sweep)
        async with self._runtime.facts.transaction() as db:
            ids = [row["item_id"] for row in await db.fetch("SELECT item_id FROM portal_items")]
        for item_id in ids:
            try:
                await self.rewrite_item(item_id)
            except DomainError as refusal:
                log.error("page not written again", item=item_id, reason=refusal.detail)
        self._home = True
        self._agencies = {}  # so that `refresh` takes each for new


def today() -> date:
    return legal_day(datetime.now(UTC))
