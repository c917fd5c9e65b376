"""The pages in a real browser: axe finds nothing, nothing overflows at three widths."""

from __future__ import annotations

import pytest

from tests.feedback.conftest import House
from tests.feedback.story import ITEM
from tests.looking import browsing, look

pytestmark = pytest.mark.browser
FORM = f"/feedback/items/{ITEM}/new"


async def test_what_citizens_see(house: House, chromium: str):
    id = await house.released(name="林女士", contact="lin@example.com")
    receipt = (await house.get("p-wang", f"feedbacks/{id}"))["receiptNo"]
    async with browsing(house.it, chromium, None) as page:
        await look(page, FORM, "feedback-form")
        await page.fill("#f-text", "希望补充周末值班电话。")
        await page.click("main button[type=submit]")
        assert "您的意见已收到" in await page.inner_text("main")
        await look(page, f"/feedback/receipts?no={receipt}", "feedback-receipt")
        await look(page, "/feedback/receipts?no=nonsense", "feedback-receipt-wrong")


async def test_what_officials_see(house: House, chromium: str):
    await house.released()
    waiting = (await house.write("请公布周末值班电话。"))["feedbackId"]
    answered = await house.answered(name="林女士", contact="lin@example.com")
    assigned = await house.answered(contact="13800000000")
    await house.call("p-zhou", f"feedbacks/{assigned}/return", {"reason": "请写明日期"})
    async with browsing(house.it, chromium, "p-wang") as page:
        await look(page, "/feedback/work", "feedback-inbox")
        await look(page, "/feedback/entry", "feedback-entry")
        await look(page, f"/feedback/opinions/{waiting}", "feedback-screen")
        await look(page, f"/feedback/opinions/{answered}", "feedback-release")
    async with browsing(house.it, chromium, "p-chen") as page:
        await look(page, f"/feedback/opinions/{assigned}", "feedback-answer")
