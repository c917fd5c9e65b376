"""The second half of the path: what the public sees and says, what is answered, what the inspector proves."""

from __future__ import annotations

import re
from hashlib import sha256

import orjson

from tests.journeys.desk import Desk
from tests.journeys.documents import squeezed
from tests.journeys.path import AGENCY, BUREAU, HANDLER, INSPECTOR, OFFICE, Journey

RECEIPT = re.compile(r"回执号：\s*(\S+)")
ORDER = re.compile(r"(?P<what>\S+) \S+日 \d\d:\d\d · (?P<who>\S+)")
TOLD = [
    ("拟稿", "陈芳（科员）"), ("送审", "陈芳（科员）"), ("审查通过", "李建国（保密审查员）"),
    ("审查通过", "王丽（政务公开办主任）"), ("审查通过", "周明远（局长）"), ("批准", "周明远（局长）"),
    ("排期发布", "王丽（政务公开办主任）"), ("公开", "系统（发布）"),
    ("各渠道发布完成", "王丽（政务公开办主任）"), ("收到意见", "公众"),
    ("意见甄别", "王丽（政务公开办主任）"), ("意见交办", "王丽（政务公开办主任）"),
    ("拟定答复", "刘洋（科长）"), ("办理结果公开", "王丽（政务公开办主任）"),
]  # fmt: skip
# What the inspector must be able to read: by which rule each date came about, who was to answer.
RULES = {
    "送审": ("公开期限：", "《政府信息公开条例》"),
    "批准": ("公开期限：", "保密审查：保密审查员", "领导审批：局长"),
    "排期发布": ("公示至：", "依据：", "索引号"),
    "意见甄别": ("予以受理",),
    "意见交办": ("承办人 刘洋", "期限"),
    "办理结果公开": ("已采纳",),
}
HASHED = 8  # lines that name the approved text: from the draft to the publication


async def found_by_the_public(journey: Journey) -> None:
    """From the home page, by search, and on the notice board's screen."""
    desk = await journey.desk("citizen")
    await desk.go("/")
    await desk.follow(BUREAU)
    await desk.until(journey.title)
    await desk.follow(journey.title)
    await desk.says(BUREAU, "索引号", "本文即批准公开的文本", "公示期限")
    shown = squeezed(await desk.text())
    assert all(sentence in shown for sentence in journey.document.sentences)
    await _checked_by_oneself(journey, desk)
    await desk.page.get_by_label("搜索").fill(journey.word)
    await desk.press("搜索")
    await desk.says(journey.title)
    for number in range(20):
        await desk.go(f"/kiosk/{AGENCY}?page={number}")
        if journey.title in await desk.text():
            return
    raise AssertionError("not on the board's screen")


async def _checked_by_oneself(journey: Journey, desk: Desk) -> None:
    """As the page says: the list of parts has the approved hash, the text has the one in the list."""
    assert await desk.page.locator(".proof .hash").inner_text() == journey.hash
    parts = await desk.download("文件清单")
    assert sha256(parts).hexdigest() == journey.hash
    text = sha256(await desk.download("正文")).hexdigest()
    assert text in [part["sha256"] for part in orjson.loads(parts)["parts"]]


async def opinion(journey: Journey) -> None:
    """A citizen writes and gets a receipt."""
    desk = await journey.desk("citizen")
    await desk.go(f"/a/{AGENCY}/i/{journey.item}.html")
    await desk.follow("填写意见")
    await desk.choose("类别", "建议")
    await desk.fill("内容", f"希望说明节假日是否照常（{journey.word}）。")
    await desk.fill("称呼", f"市民{journey.word}")
    await desk.fill("联系方式", f"{journey.word}@example.com")
    await desk.press("提交")
    found = RECEIPT.search(await desk.text())
    assert found, await desk.text()
    journey.receipt = found.group(1)


async def answered(journey: Journey) -> None:
    """Screened and assigned by the office, answered by the handler, released by a second person."""
    desk = await journey.task(OFFICE)
    await desk.press("予以受理")
    await desk.choose("承办人", "刘洋（公共法律服务科 科长）")
    await desk.press("交办")
    desk = await journey.task(HANDLER)
    await desk.fill("答复内容", answer(journey))
    await desk.press("提交审核")
    await desk.says("目前没有需要您办理的步骤")
    desk = await journey.task(OFFICE)
    await desk.check("已采纳")
    await desk.press("公布办理结果")
    await desk.says("已采纳", "内容校验值")


def answer(journey: Journey) -> str:
    return f"已采纳：节假日照常值班，排班表已补充（{journey.word}）。"


async def answer_is_public(journey: Journey) -> None:
    """On the item's page, and for whoever has the receipt."""
    desk = await journey.desk("citizen")
    await desk.go(f"/a/{AGENCY}/i/{journey.item}.html")
    await desk.until(answer(journey))
    await desk.look()
    await desk.follow("查询办理情况")
    await desk.fill("输入回执号", journey.receipt)
    await desk.press("查询")
    await desk.says(journey.receipt, answer(journey), "已采纳")


async def inspected(journey: Journey) -> None:
    """Every step in order: who, in which position, which hash, by which rule; then the proof."""
    desk = await journey.desk(INSPECTOR)
    await desk.follow("监督")
    await desk.follow("事项查询")
    await desk.fill("标题、文号或编号", journey.title)
    await desk.press("查询")
    await desk.follow(journey.title)
    await desk.says("公开分类", "其他应当主动公开的信息")
    await _in_order(journey, desk)
    await desk.follow("核验这些记录未被改动")
    await desk.press("开始核验")
    await desk.until("一致：")
    await desk.look()
    await desk.says("条记录全部重新计算，未发现改动", "与各服务事实比对")


async def _in_order(journey: Journey, desk: Desk) -> None:
    rows = await desk.page.locator("ol.timeline > li").all()
    lines = [" ".join((await row.inner_text()).split()) for row in rows]
    named = [ORDER.match(line) for line in lines]
    told = [(found.group("what"), found.group("who")) for found in named if found]
    # The channels answer when they are ready; everything else has its place.
    assert [one for one in told if one[0] != "渠道发布确认"] == TOLD, told
    confirmed = [who for what, who in told if what == "渠道发布确认"]
    assert sorted(confirmed) == sorted(["系统（发布）", "系统（发布）", "王丽（政务公开办主任）"])
    times = [await row.locator("time").get_attribute("datetime") for row in rows]
    assert times == sorted(times, key=str)
    for what, words in RULES.items():
        [line] = [line for line in lines if line.startswith(f"{what} ")]
        assert all(word in line for word in words), line
    hashes = await desk.page.locator("ol.timeline .hash").all()
    same = [await one.get_attribute("title") == journey.hash for one in hashes]
    assert same.count(True) == HASHED
