"""The editor in a real browser: axe finds nothing, nothing overflows, the keyboard is enough."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright

from tests.catalog.browsing import save
from tests.catalog.conftest import World
from tests.catalog.story import ITEM
from tests.kernel import ORIGIN

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "shared" / "static"
WIDTHS = (1440, 768, 390)
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}


@asynccontextmanager
async def browsing(
    world: World, chromium: str, person: str = "p-chen", *, script: bool = True
) -> AsyncIterator[Page]:
    """A page whose every request is answered by catalog itself, as the edge would pass it on."""

    async def pass_on(route: Route) -> None:
        asked = route.request
        path = asked.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            found = file.read_bytes() if file.exists() else b""
            await route.fulfill(body=found, content_type=KINDS.get(file.suffix, "text/plain"))
            return
        async with world.run.browser(person) as http:
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
        page = await browser.new_page(java_script_enabled=script)
        await page.route("**/*", pass_on)
        yield page
        await browser.close()


async def faults(page: Page) -> list[str]:
    """What axe finds, and whether anything is wider than the window."""
    found = await Axe().run(page)
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    texts = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
    return [*texts, *(["wider than the window"] if wide else [])]


async def shot(page: Page, name: str) -> None:
    """For people who want to look: GONGKAI_SHOTS names a folder."""
    if folder := os.environ.get("GONGKAI_SHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def test_axe_finds_nothing_on_any_page_at_any_width(world: World, chromium: str):
    await save(world, formedOn="2026-03-02")
    await save(world, version="1", body="先到的改动")
    async with browsing(world, chromium) as page:
        for name in ("editor", f"editor/{ITEM}", f"items/{ITEM}", "items", "work", "rules"):
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                await page.goto(f"{ORIGIN}/catalog/{name}")
                await shot(page, f"{name.replace('/', '-')}-{width}")
                assert await faults(page) == [], (name, width)


async def test_a_refused_and_a_stale_form_are_as_accessible(world: World, chromium: str):
    await save(world)
    async with browsing(world, chromium) as page:
        await page.goto(f"{ORIGIN}/catalog/editor/{ITEM}")
        await save(world, version="1", body="先到的改动", formedOn="2026-11-19")
        await page.get_by_label("正文").fill("后到的改动")
        await page.get_by_role("button", name="保存草稿").last.click()
        await page.get_by_text("另有不同的栏目").wait_for()
        await shot(page, "stale")
        assert await faults(page) == []
        await page.get_by_label("公开依据").fill("")
        await page.get_by_role("button", name="保存并送审").click()
        await page.get_by_role("link", name="请填写「公开依据」").click()
        await shot(page, "refused")
        assert await page.evaluate("document.activeElement.id") == "f-legalBasis"
        assert await faults(page) == []


@pytest.mark.parametrize("script", [True, False])
async def test_the_keyboard_alone_writes_and_saves_a_draft(
    world: World, chromium: str, script: bool
):
    """Tab from field to field; Enter in a field saves the draft, it neither submits nor reads a file."""
    async with browsing(world, chromium, script=script) as page:
        await page.goto(f"{ORIGIN}/catalog/editor")
        await page.get_by_label("标题").focus()
        await page.keyboard.type("关于调整窗口服务时间的通知")
        for typed in ("临司〔2026〕40号", "", "周一至周五九时开始。"):
            await page.keyboard.press("Tab")
            await page.keyboard.type(typed)
        await page.get_by_label("文号").focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("草稿已保存").wait_for()
    (item,) = (await world.ok("p-chen", "GET", "/items"))["items"]
    assert (item["title"], item["status"]) == ("关于调整窗口服务时间的通知", "DRAFT")
    assert (await world.item(item["itemId"]))["body"] == "<p>周一至周五九时开始。</p>"
