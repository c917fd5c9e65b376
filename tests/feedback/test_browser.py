"""The pages in a real browser: axe finds nothing, nothing overflows at three widths."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright

from tests.feedback.conftest import House
from tests.feedback.story import ITEM
from tests.kernel import ORIGIN

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "shared" / "static"
WIDTHS = (1440, 768, 390)


@asynccontextmanager
async def browsing(house: House, chromium: str, person: str | None) -> AsyncIterator[Page]:
    """A page whose every request is answered by the service itself, as the edge would pass it on."""

    async def pass_on(route: Route) -> None:
        asked = route.request
        path = asked.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = {".css": "text/css", ".svg": "image/svg+xml"}.get(file.suffix, "text/plain")
            found = file.read_bytes() if file.exists() else b""
            await route.fulfill(body=found, content_type=kind)
            return
        async with house.it.browser(person) as http:
            sent = asked.headers.get("content-type", "")
            answer = await http.request(
                asked.method, path, content=asked.post_data_buffer,
                headers={"Content-Type": sent} if sent else None,
            )  # fmt: skip
            if answer.is_redirect:
                answer = await http.get(answer.headers["location"])
        await route.fulfill(
            status=answer.status_code, body=answer.content, content_type="text/html; charset=utf-8"
        )

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page()
        await page.route("**/*", pass_on)
        yield page
        await browser.close()


async def look(page: Page, path: str, name: str) -> None:
    """No finding of axe, no sideways scrolling; a picture where GONGKAI_SCREENSHOTS says."""
    await page.goto(f"{ORIGIN}/feedback/{path}")
    found = await Axe().run(page)
    assert not [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (name, width, wide)
        if folder := os.environ.get("GONGKAI_SCREENSHOTS"):
            await page.screenshot(path=f"{folder}/feedback-{name}-{width}.png", full_page=True)


async def test_what_citizens_see(house: House, chromium: str):
    id = await house.released(name="林女士", contact="lin@example.com")
    receipt = (await house.get("p-wang", f"feedbacks/{id}"))["receiptNo"]
    async with browsing(house, chromium, None) as page:
        await look(page, f"items/{ITEM}/new", "form")
        await page.fill("#f-text", "希望补充周末值班电话。")
        await page.click("main button[type=submit]")
        assert "您的意见已收到" in await page.inner_text("main")
        await look(page, f"receipts?no={receipt}", "receipt")
        await look(page, "receipts?no=nonsense", "receipt-wrong")


async def test_what_officials_see(house: House, chromium: str):
    await house.released()
    waiting = (await house.write("请公布周末值班电话。"))["feedbackId"]
    answered = await house.answered(name="林女士", contact="lin@example.com")
    assigned = await house.answered(contact="13800000000")
    await house.call("p-zhou", f"feedbacks/{assigned}/return", {"reason": "请写明日期"})
    async with browsing(house, chromium, "p-wang") as page:
        await look(page, "work", "inbox")
        await look(page, "entry", "entry")
        await look(page, f"opinions/{waiting}", "screen")
        await look(page, f"opinions/{answered}", "release")
    async with browsing(house, chromium, "p-chen") as page:
        await look(page, f"opinions/{assigned}", "answer")
