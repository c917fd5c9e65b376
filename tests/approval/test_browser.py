"""The pages in a real browser: axe finds nothing, nothing overflows, the keyboard is enough."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright

from tests.approval.conftest import World
from tests.approval.story import ITEM, text
from tests.kernel import ORIGIN

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "shared" / "static"
PAGE = f"{ORIGIN}/approval/reviews/{ITEM}/2"
WIDTHS = (1440, 768, 390)
BODY = "<h2>一、名册</h2><p>现将法律援助机构名册予以公布。</p>" + "<p>机构信息。</p>" * 20


@asynccontextmanager
async def browsing(world: World, chromium: str, person: str) -> AsyncIterator[Page]:
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
        async with world.running.browser(person) as http:
            kind = asked.headers.get("content-type", "")
            answer = await http.request(
                asked.method, path, content=asked.post_data_buffer,
                headers={"Content-Type": kind} if kind else None,
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


async def tell(world: World) -> None:
    """A returned first draft, a second one under review, a withheld item."""
    first = await world.submit(text("关于公布法律援助机构名册的通知", "<p>旧文</p>"))
    await world.ok("p-li", first, "return", reason="数目有误，请核实")
    files = {"名册.pdf": b"%PDF"}
    draft = text("关于公布法律援助机构名册的通知", BODY, files, doc_no="临司〔2026〕12号")
    other = await world.submit(text("另一件", "<p>另</p>"), item=ITEM[:-1] + "9")
    await world.ok("p-li", other, "withhold", ground="C4", reason="涉及第三方商业秘密")
    second = await world.submit(draft, revision=2)
    await world.ok("p-li", second, "pass", note="无涉密内容，同意公开")
    await world.submit(draft, item=ITEM[:-1] + "8")


async def violations(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]


async def test_axe_finds_nothing_and_nothing_overflows(world: World, chromium: str):
    world.catalog.people = {"p-li": "李明", "p-wang": "王芳", "p-chen": "陈静", "p-zhou": "周涛"}
    await tell(world)
    pictures = os.environ.get("GONGKAI_PICTURES")
    for person, name in (("p-wang", "office"), ("p-qian", "leader"), ("p-li", "secrecy")):
        async with browsing(world, chromium, person) as page:
            for path in ("/approval/reviews", PAGE.removeprefix(ORIGIN), "/approval/withheld"):
                for width in WIDTHS:
                    await page.set_viewport_size({"width": width, "height": 900})
                    await page.goto(ORIGIN + path)
                    assert await violations(page) == [], path
                    room = await page.evaluate("document.documentElement.scrollWidth")
                    assert room <= width, f"{path} at {width}"
                    if pictures:
                        place = f"{pictures}/{name}-{path.replace('/', '_')}-{width}.png"
                        await page.screenshot(path=place, full_page=True)


async def test_a_step_is_returned_with_the_keyboard_alone(world: World, chromium: str):
    await tell(world)
    async with browsing(world, chromium, "p-wang") as page:
        await page.goto(PAGE)
        await page.locator("summary", has_text="退回拟稿人").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("附件缺少盖章页")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("已退回").first.wait_for()
        assert await page.get_by_text("附件缺少盖章页").is_visible()
