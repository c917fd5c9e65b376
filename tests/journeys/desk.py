"""One person's browser window: what they press and fill in, by the words that stand on the page."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
PATIENCE = 60.0  # seconds for facts to travel
# Two frames: what watches the size of the window has answered.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@asynccontextmanager
async def chromium_at(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


@dataclass
class Desk:
    """`faults` collects what axe finds and what overflows on any page that this window came to.

    Without `script` the browser runs none, so axe cannot look either; widths are looked at all the same.
    """

    page: Page
    origin: str
    script: bool
    seen: set[str]
    faults: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        await self.page.goto(self.origin + path)
        await self.look()

    async def follow(self, words: str | re.Pattern[str]) -> None:
        """Click the first link with these words."""
        await self._click(self.page.get_by_role("link", name=words).first)

    async def press(self, words: str) -> None:
        """Press the button with exactly these words."""
        await self._click(self.page.get_by_role("button", name=words, exact=True))

    async def open(self, words: str) -> None:
        """Open what is folded away."""
        await self.page.locator("summary", has_text=words).click()

    async def fill(self, label: str, text: str) -> None:
        await self.page.get_by_label(label, exact=False).first.fill(text)

    async def choose(self, label: str, option: str) -> None:
        await self.page.get_by_label(label, exact=False).first.select_option(label=option)

    async def check(self, *labels: str) -> None:
        for label in labels:
            await self.page.get_by_label(label, exact=True).last.check()

    async def attach(self, label: str, name: str, kind: str, data: bytes) -> None:
        given: Any = {"name": name, "mimeType": kind, "buffer": data}
        await self.page.get_by_label(label, exact=False).first.set_input_files(given)

    async def text(self) -> str:
        return await self.page.locator("main").inner_text()

    async def says(self, *words: str) -> None:
        """The page shows all of these words. Fails with what it shows instead."""
        shown = await self.text()
        missing = [word for word in words if word not in shown]
        assert not missing, f"{self.page.url}: {missing} not in\n{shown[:1500]}"

    async def until(self, wanted: str | Locator, path: str | None = None) -> None:
        """Come to the page again, as people do, until it shows these words or this part."""
        part = self.page.locator("main").get_by_text(wanted) if isinstance(wanted, str) else wanted
        end = time.monotonic() + PATIENCE
        while not await part.count():
            assert time.monotonic() < end, f"{self.page.url}: {wanted!r}\n{await self.text()}"
            await asyncio.sleep(0.4)
            await self.page.goto(self.origin + path if path else self.page.url)

    async def download(self, words: str) -> bytes:
        """What a link leads to, fetched with this person's cookies."""
        link = self.page.get_by_role("link", name=words, exact=True)
        href = await link.first.get_attribute("href")
        answer = await self.page.context.request.get(self.origin + str(href))
        assert answer.status == 200, href
        return await answer.body()

    async def _click(self, what: Locator) -> None:
        """Each click on the way leads to a page."""
        async with self.page.expect_navigation():
            await what.click()
        await self.look()

    async def look(self) -> None:
        """Once per kind of page and state, at two widths: axe finds nothing, nothing is too wide."""
        title = await self.page.title()
        place = IDS.sub("*", f"{self.page.url.removeprefix(self.origin)} {title}")
        if place in self.seen:
            return
        self.seen.add(place)
        try:
            await self._at_both_widths(place)
        except PlaywrightError as error:
            if "Execution context was destroyed" not in str(error):
                raise
            self.seen.discard(place)  # it came again by itself, or showed the next thing
        if folder := os.environ.get("GONGKAI_PICTURES"):
            name = f"{len(self.seen):02}-{re.sub(r'[^A-Za-z]+', '-', place)[:60]}.png"
            await self.page.screenshot(path=Path(folder) / name, full_page=True)

    async def _at_both_widths(self, place: str) -> None:
        for size in (NARROW, WIDE):
            await self.page.set_viewport_size(size)  # type: ignore[arg-type]
            await self._faults(f"{place} at {size['width']}")

    async def _faults(self, place: str) -> None:
        if self.script:
            await self.page.evaluate(SETTLED)
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.faults.append(f"{place}: {wide} px too wide")
        if self.script:
            found = await Axe().run(self.page)
            self.faults += [
                f"{place}: {v['id']}: {node['html'][:150]}"
                for v in found.response["violations"]
                for node in v["nodes"]
            ]
