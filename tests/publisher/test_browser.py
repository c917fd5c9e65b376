"""The pages in a real browser: axe finds nothing, nothing overflows; by keyboard, and without script."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright

from tests.approval.story import text
from tests.kernel import ORIGIN
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, INSIDE, ITEM, OTHER, PNG, TITLE, public

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "shared" / "static"
WIDTHS = (1440, 768, 390)
FILES = {"名册（2026年度）.pdf": b"%PDF-1.7"}
BODY = "<h2>一、名册</h2>" + "<p>现将法律援助机构名册予以公布，以便群众就近申请。</p>" * 8
TABLE = "<table><tr><th>机构</th><th>地址</th></tr><tr><td>城东工作站</td><td>人民路1号</td></tr></table>"


@asynccontextmanager
async def browsing(
    world: World, chromium: str, person: str | None = None, *, script: bool = True
) -> AsyncIterator[Page]:
    """Every request is answered by the service, or by the portal's files, as the edge would do it."""

    async def pass_on(route: Route) -> None:
        asked = route.request
        url = urlsplit(asked.url)
        path = f"{url.path}?{url.query}" if url.query else url.path
        if file := _file(world, url.path):
            kind = mimetypes.guess_type(file.name)[0] or "text/plain"
            await route.fulfill(body=file.read_bytes(), content_type=kind)
            return
        async with world.run.browser(person) as http:
            sent = asked.headers.get("content-type", "")
            path = (
                path.replace("/kiosk/", "/publisher/kiosk/", 1) if path[:7] == "/kiosk/" else path
            )
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
        page = await browser.new_page(java_script_enabled=script)
        await page.route("**/*", pass_on)
        yield page
        await browser.close()


def _file(world: World, path: str) -> Path | None:
    if path.startswith("/static/"):
        found = STATIC / path.removeprefix("/static/")
        return found if found.is_file() else None
    for name in (path, f"{path}/index.html"):
        found = world.portal / unquote(name).strip("/")
        if found.is_file():
            return found
    return None


async def tell(world: World) -> None:
    """Waiting, published with everything a page can have, failing, inside only."""
    first = text(TITLE, BODY + TABLE, FILES, doc_no="临司〔2026〕12号")
    world.account.state.faults.refuse = "收费"
    world.others.people = {"p-wang": "王丽", "p-dang": "党小明"}
    await world.published(
        first, files=FILES, rings=[INSIDE, public("WEBSITE", "WECHAT", "NOTICE_BOARD")]
    )
    await world.published(
        text(TITLE, BODY, doc_no="临司〔2026〕12号"), revision=2,
        rings=[INSIDE, public("WEBSITE", "WECHAT", "NOTICE_BOARD")],
    )  # fmt: skip
    failing = text("公证服务收费项目和标准", "<p>收费标准。</p>")
    await world.published(failing, item=OTHER, rings=[public("WEBSITE", "WECHAT")])
    async with world.run.browser("p-dang") as http:
        await http.get(f"/publisher/internal/items/{ITEM}")
    waiting = OTHER[:-1] + "7"
    await world.approve(text("律师事务所年度检查考核结果", BODY), item=waiting)


async def look(page: Page, path: str, name: str) -> None:
    """No finding of axe, no sideways scrolling; a picture where GONGKAI_PICTURES says."""
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(ORIGIN + path)
        found = (await Axe().run(page)).response["violations"]
        assert not [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found], (path, width)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        if folder := os.environ.get("GONGKAI_PICTURES"):
            await page.screenshot(path=f"{folder}/publisher-{name}-{width}.png", full_page=True)


async def test_what_the_office_and_the_audience_see(world: World, chromium: str):
    await tell(world)
    async with browsing(world, chromium, "p-wang") as page:
        await look(page, "/publisher/work", "work")
        await look(page, f"/publisher/work/{ITEM}", "release-done")
        await look(page, f"/publisher/work/{OTHER}", "release-failing")
        await look(page, f"/publisher/work/{OTHER[:-1]}7", "release-waiting")
    async with browsing(world, chromium, "p-dang") as page:
        await look(page, "/publisher/internal", "internal")
        await look(page, f"/publisher/internal/items/{ITEM}", "internal-item")


async def test_what_citizens_see(world: World, chromium: str):
    await tell(world)
    async with browsing(world, chromium) as page:
        await look(page, "/", "home")
        await look(page, f"/a/{AGENCY}/", "agency")
        for name in ("policy", "annual", "catalog", "request"):
            await look(page, f"/a/{AGENCY}/{name}.html", name)
        await look(page, f"/a/{AGENCY}/c/art20-1.gov-art20.html", "category")
        await look(page, f"/a/{AGENCY}/i/{ITEM}.html", "item")
        await look(page, "/publisher/search?q=%E6%8F%B4%E5%8A%A9", "search")
        await look(page, "/publisher/search?q=nothing", "search-nothing")
        await look(page, f"/kiosk/{AGENCY}", "kiosk")


async def test_an_item_is_released_and_proven_with_the_keyboard_alone(world: World, chromium: str):
    await world.approve(rings=[public("WEBSITE", "NOTICE_BOARD")])
    async with browsing(world, chromium, "p-wang") as page:
        await page.goto(f"{ORIGIN}/publisher/work")
        await page.get_by_role("link", name=TITLE).focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="发布", exact=True).focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("已发布，各渠道正在处理").wait_for()
        await world.settle()
        await page.goto(f"{ORIGIN}/publisher/work/{ITEM}")
        await page.get_by_label("凭证").set_input_files(
            {"name": "公开栏.png", "mimeType": "image/png", "buffer": PNG}
        )
        await page.keyboard.press("Tab")
        await page.get_by_role("button", name="登记凭证").focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("已登记公开凭证").wait_for()
    assert set((await world.states()).values()) == {"CONFIRMED"}


async def test_the_same_without_script_and_a_citizen_walks_to_the_text(world: World, chromium: str):
    await world.approve()
    async with browsing(world, chromium, "p-wang", script=False) as page:
        await page.goto(f"{ORIGIN}/publisher/work/{ITEM}")
        await page.get_by_role("button", name="发布", exact=True).click()
        await page.get_by_text("已发布，各渠道正在处理").wait_for()
    await world.settle()
    async with browsing(world, chromium, script=False) as page:
        await page.goto(f"{ORIGIN}/")
        await page.get_by_role("link", name="临江市司法局").first.click()
        await page.get_by_role("link", name="公开目录").first.click()
        await page.get_by_role("link", name="行政法规、规章和规范性文件").click()
        await page.get_by_role("link", name=TITLE).click()
        await page.get_by_text("现将法律援助机构名册予以公布").wait_for()
        await page.get_by_label("搜索").first.fill("援助")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="搜索：援助").wait_for()
        assert await page.get_by_role("link", name=TITLE).count() == 1
