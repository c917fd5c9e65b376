"""The pages in a real browser: axe finds nothing, nothing overflows, the keyboard is enough."""

from __future__ import annotations

import pytest

from tests.approval.conftest import World
from tests.approval.story import ITEM, text
from tests.kernel import ORIGIN
from tests.looking import browsing, look

pytestmark = pytest.mark.browser

PAGE = f"/approval/reviews/{ITEM}/2"
BODY = "<h2>一、名册</h2><p>现将法律援助机构名册予以公布。</p>" + "<p>机构信息。</p>" * 20


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


async def test_axe_finds_nothing_and_nothing_overflows(world: World, chromium: str):
    world.catalog.people = {"p-li": "李明", "p-wang": "王芳", "p-chen": "陈静", "p-zhou": "周涛"}
    await tell(world)
    for person, name in (("p-wang", "office"), ("p-qian", "leader"), ("p-li", "secrecy")):
        async with browsing(world.running, chromium, person) as page:
            await look(page, "/approval/reviews", f"{name}-reviews")
            await look(page, PAGE, f"{name}-review")
            await look(page, "/approval/withheld", f"{name}-withheld")


async def test_a_step_is_returned_with_the_keyboard_alone(world: World, chromium: str):
    await tell(world)
    async with browsing(world.running, chromium, "p-wang") as page:
        await page.goto(ORIGIN + PAGE)
        await page.locator("summary", has_text="退回拟稿人").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("附件缺少盖章页")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("已退回").first.wait_for()
        assert await page.get_by_text("附件缺少盖章页").is_visible()
