"""The whole path, step by step, through the pages: each step by the person whose work it is."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import httpx
from playwright.async_api import Browser
from pypdf import PdfReader

from deploy.demo.photo import board_photo
from shared.workdays import chinese, legal_day
from tests.journeys.desk import Desk
from tests.journeys.documents import Document, squeezed

BUREAU, AGENCY = "临江市司法局", "linjiang-sfj"
CLERK, SECRECY, OFFICE, LEADER = (
    "司法局办公室科员",
    "司法局保密审查员",
    "司法局政务公开办主任",
    "司法局局长",
)
HANDLER, INSPECTOR = "司法局公共法律服务科科长", "派驻纪检监察组组长"
STEPS = (
    (SECRECY, "保密审查"),
    (OFFICE, "领导小组办公室审核"),
    (LEADER, "领导小组组长或副组长审批"),
)
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass
class Journey:
    """One item on its way. `word` is typed into every text; `script` says whether browsers run any."""

    browser: Browser
    origin: str
    sandbox: str
    document: Document
    word: str
    script: bool
    seen: set[str] = field(default_factory=set)
    desks: dict[str, Desk] = field(default_factory=dict)
    title: str = ""
    item: str = ""
    hash: str = ""
    receipt: str = ""

    async def desk(self, whose: str) -> Desk:
        """This person's window; the first time they sign in as the page says they can."""
        if whose not in self.desks:
            context = await self.browser.new_context(
                java_script_enabled=self.script, locale="zh-CN"
            )
            self.desks[whose] = Desk(await context.new_page(), self.origin, self.script, self.seen)
            if whose != "citizen":
                await self._sign_in(self.desks[whose], whose)
        return self.desks[whose]

    async def _sign_in(self, desk: Desk, whose: str) -> None:
        await desk.go("/")
        await desk.follow("工作人员登录")
        row = desk.page.get_by_role("row").filter(has_text=whose).first
        login, name, _, password = await row.locator("td").all_inner_texts()
        await desk.fill("用户名", login)
        await desk.fill("密码", password)
        await desk.press("登录")
        await desk.says("工作台", "我的待办", "我的岗位")
        assert name in await desk.page.locator("header.bar").inner_text()

    @property
    def faults(self) -> list[str]:
        return [fault for desk in self.desks.values() for fault in desk.faults]

    async def task(self, whose: str, words: str = "") -> Desk:
        """Go to the workbench and take up the task that has come there."""
        desk = await self.desk(whose)
        await desk.go("/work")
        await desk.until(words or self.title)
        await desk.follow(re.compile(re.escape(words or self.title)))
        return desk


def _today() -> date:
    return legal_day(datetime.now(UTC))


async def draft(journey: Journey) -> None:
    """The clerk fills the form from a file, adds what the file does not say, and sends it off."""
    desk = await journey.desk(CLERK)
    await desk.follow("新建公开信息")
    await desk.open("从文件填写")
    document = journey.document
    await desk.attach("文件", document.name, document.kind, document.data)
    await desk.press("从文件填写")
    title = desk.page.get_by_label("标题")
    journey.title = f"{await title.input_value()}（{journey.word}）"
    await title.fill(journey.title)
    if not await desk.page.get_by_label("文号").input_value():
        await desk.fill("文号", "临司〔2026〕57号")
    await desk.fill("成文日期", (_today() - timedelta(days=1)).isoformat())
    await desk.choose("文种", "通知公告")
    await desk.choose("公开主体", "办公室（政务公开办公室）")
    await desk.choose("时限类别", "即时公开")
    await desk.fill("公开依据", f"《政府信息公开条例》第二十条（{journey.word}）")
    await desk.check("政府网站", "微信公众号", "公开栏")
    await _duty(journey, desk)
    await desk.press("保存并送审")
    await desk.says(journey.title, "已送审，这一稿已锁定", "审查中", "公开期限")
    journey.item = desk.page.url.partition("/items/")[2].partition("?")[0]


async def _duty(journey: Journey, desk: Desk) -> None:
    """五明确: the task, its leader, lead section, deadline and the person responsible."""
    await desk.fill("具体任务", f"公布并解读（{journey.word}）")
    await desk.choose("责任领导", "周明远（局长）")
    await desk.choose("牵头科室", "办公室（政务公开办公室）")
    await desk.fill("完成时限", (_today() + timedelta(days=10)).isoformat())
    await desk.choose("责任人", "陈芳（宣传委员、科员）")


async def review(journey: Journey) -> None:
    """Secrecy reviewer, office and leader, each with the text and its hash before them."""
    for whose, step in STEPS:
        desk = await journey.task(whose)
        found = await desk.page.locator("#manifest-hash").inner_text()
        assert HASH.fullmatch(found)
        assert journey.hash in ("", found), "the text changed between two reviewers"
        journey.hash = found
        shown = squeezed(await desk.page.locator("article.document").inner_text())
        assert all(sentence in shown for sentence in journey.document.sentences)
        await desk.fill("意见（可不填）", f"同意公开（{journey.word}）")
        await desk.press(f"通过「{step}」")
        await desk.says("您的意见已记录", "已批准" if whose == LEADER else "审查中")


async def release(journey: Journey) -> None:
    """The office lets it go; website and WeChat confirm themselves."""
    desk = await journey.task(OFFICE)
    await desk.press("发布")
    await desk.says("已发布", "内容校验值")
    page = f"/publisher/work/{journey.item}"
    for channel in ("政府网站", "微信公众号"):
        confirmed = desk.page.locator(".card", has_text=channel).filter(has_text="已确认")
        await desk.until(confirmed, page)
    await desk.look()


async def on_the_board(journey: Journey) -> None:
    """The poster is printed, hung up and photographed."""
    desk = await journey.desk(OFFICE)
    pdf = PdfReader(io.BytesIO(await desk.download("下载 A4 张贴页")))
    printed = squeezed("".join(page.extract_text() for page in pdf.pages))
    for words in (journey.title, BUREAU, journey.hash, *journey.document.sentences):
        assert squeezed(words) in printed, words
    photo = board_photo(BUREAU, journey.title, chinese(_today()))
    await desk.attach("凭证", "公开栏.png", "image/png", photo)
    await desk.press("登记凭证")
    await desk.says("已登记公开凭证")
    await desk.until("渠道全部完成")


async def in_wechat(journey: Journey) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        posts = (await http.get(f"{journey.sandbox}/sandbox")).json()["posts"]
    articles = [one for post in posts if not post["rejected"] for one in post["articles"]]
    [article] = [one for one in articles if one["title"] == journey.title]
    shown = squeezed(re.sub(r"<[^>]+>", "", article["content"]))
    assert all(sentence in shown for sentence in journey.document.sentences)
