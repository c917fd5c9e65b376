"""The page of one item shows everything that was stated, the deadline with its reasons, and what happened."""

from __future__ import annotations

import re
from html import unescape

from tests.catalog.browsing import get, save
from tests.catalog.conftest import World
from tests.catalog.story import FORM, ITEM, SFJ


async def words(world: World, who: str = "p-chen") -> str:
    """What a person reads, without spaces."""
    page = await get(world, f"/items/{ITEM}", who)
    assert page.status_code == 200
    return unescape(re.sub(r"<[^>]+>|\s", "", page.text))


async def test_everything_that_was_stated_is_shown_in_words(world: World):
    files = {"file": ("名册.pdf", b"%PDF-1.7 synthetic")}
    sent = await world.ok("p-chen", "POST", f"/files?agency={SFJ}", files=files)
    await world.draft(files=[sent], important=True, offCatalogReason="临时任务")
    shown = await words(world)
    for text in (
        FORM["title"], FORM["docNo"], FORM["legalBasis"], "政务·行政法规、规章和规范性文件", "即时公开",
        "通知公告", "临时任务", "国家缺省规则（2026.1）", "名册.pdf", "五明确", "公布名册", "周建国（局长）",
        "2026年12月18日", "在本单位公开：内部公开网页（首发）", "政府网站（首发）、微信公众号",
    ):  # fmt: skip
        assert text in shown, text


async def test_the_deadline_tells_its_start_its_article_and_the_days_it_skipped(world: World):
    await world.draft(formedOn="2026-09-18")
    shown = await words(world)
    for text in (
        "自2026年9月18日（信息形成）次日起20个工作日，至2026年10月22日",
        "依据：《政府信息公开条例》第二十六条",
        "扣除法定节假日：2026年9月25日至2026年9月27日、2026年10月1日至2026年10月7日",
        "调休上班日计入：2026年9月20日、2026年10月10日",
    ):
        assert text in shown, text


async def test_a_date_in_a_year_without_calendar_says_that_it_is_provisional(world: World):
    await world.draft(eventOn="2026-12-20", formedOn=None)
    shown = await words(world)
    assert "，暂定）" in shown
    assert "2027年放假安排尚未公布，此日期为暂定，公布后将重新计算" in shown


async def test_what_is_not_disclosed_shows_its_ground_and_reason_and_has_no_deadline(world: World):
    await save(world, attribute="WITHHELD", ground="C4", groundReason="涉及第三方商业秘密")
    shown = await words(world)
    assert "保护第三方合法权益（第十五条）" in shown
    assert "涉及第三方商业秘密" in shown
    assert "不主动公开，没有公开期限" in shown


async def test_what_other_services_decided_stands_in_the_history(world: World):
    await world.draft()
    await world.submit()
    await world.hears("approval.item-approved.v1")
    await world.hears("publisher.item-published.v1", ring=0)
    shown = (await words(world)).partition("办理过程")[2]
    assert "已公开" in shown.partition("已批准")[0]
    assert "送审" in shown.partition("已批准")[2]
    assert "已退回" not in shown


async def test_a_file_is_downloaded_by_those_who_may_see_the_item_only(world: World):
    files = {"file": ("名册.pdf", b"%PDF-1.7 synthetic")}
    sent = await world.ok("p-chen", "POST", f"/files?agency={SFJ}", files=files)
    await world.draft(files=[sent])
    path = f"/items/{ITEM}/files/{sent['sha256']}"
    for who in ("p-chen", "p-he"):
        answer = await get(world, path, who)
        assert answer.content == b"%PDF-1.7 synthetic"
        assert answer.headers["content-disposition"].startswith("attachment;")
    assert (await get(world, path, "p-tang")).status_code == 404
    assert (await get(world, path[:-4] + "0000")).status_code == 404


async def test_a_colleague_is_offered_to_go_on_only_after_the_drafter_has_left(world: World):
    await world.draft()
    assert f"/catalog/editor/{ITEM}" not in (await get(world, f"/items/{ITEM}", "p-liu")).text
    gone = {"agencyId": SFJ, "organId": "o-sfj-office", "position": "科员", "roles": ["DRAFTER"],
            "since": "2024-01-01", "until": "2024-12-31"}  # fmt: skip
    await world.ok("p-admin", "POST", "/people/p-chen/appointments", json=gone)
    assert f"/catalog/editor/{ITEM}" in (await get(world, f"/items/{ITEM}", "p-liu")).text
