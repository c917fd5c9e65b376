"""A real browser on one running service: every request is answered as the edge would pass it on."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright

from tests.kernel import ORIGIN, Running

STATIC = Path(__file__).parents[1] / "shared" / "static"
KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
WIDTHS = (1440, 768, 390)


@asynccontextmanager
async def browsing(running: Running, chromium: str, person: str | None) -> AsyncIterator[Page]:
    """A page in which `person` is signed in (None: a visitor)."""

    async def pass_on(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            await _file(route, STATIC / path.removeprefix("/static/"))
        else:
            await _ask(route, running, person, path)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page()
        await page.route("**/*", pass_on)
        yield page
        await browser.close()


async def _file(route: Route, file: Path) -> None:
    if file.suffix in KINDS:
        await route.fulfill(path=file, content_type=KINDS[file.suffix])
    else:
        await route.fulfill(body="", content_type="text/plain")


async def _ask(route: Route, running: Running, person: str | None, path: str) -> None:
    asked = route.request
    kind = asked.headers.get("content-type", "")
    async with running.browser(person) as http:
        answer = await http.request(
            asked.method, path, content=asked.post_data_buffer,
            headers={"Content-Type": kind} if kind else None,
        )  # fmt: skip
        if answer.is_redirect:
            answer = await http.get(answer.headers["location"])
    kept = {n: v for n, v in answer.headers.items() if n in ("content-type", "content-disposition")}
    await route.fulfill(status=answer.status_code, body=answer.content, headers=kept)


async def look(page: Page, path: str, name: str) -> None:
    """No finding of axe, no sideways scrolling; a picture where GONGKAI_SCREENSHOTS says."""
    await page.goto(ORIGIN + path)
    found = await Axe().run(page)
    assert not [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (name, width, wide)
        if folder := os.environ.get("GONGKAI_SCREENSHOTS"):
            await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
