"""The rules as people read them, and how an agency or the top administrator changes them with a file."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.catalog.browsing import get, post
from tests.catalog.conftest import World
from tests.catalog.story import ITEM, MZJ, SFJ, form

OWN = """
title = "司法局规则"

[[limits]]
startEvents = ["FORMED"]
term = { n = 10, unit = "WORKING_DAY" }
rule = { id = "OWN-5", title = "局公开方案", article = "第五条" }
"""
YEAR = """
year = 2027
source = "国务院办公厅关于2027年部分节假日安排的通知"
off = [2027-01-01, 2027-01-02, 2027-01-03]
work = [2027-01-09]
"""


def words(answer: httpx.Response) -> str:
    return unescape(re.sub(r"<[^>]+>|\s", "", answer.text))


async def activate(world: World, text: str, who: str = "p-admin", **fields: str) -> httpx.Response:
    sent = {"agency": SFJ, "version": "2026.2", "effectiveFrom": "2026-01-01"} | fields
    uploads = {"file": ("rules.toml", text.encode(), "application/toml")}
    return await post(world, "/rules", who, **sent, uploads=uploads)


async def publish(world: World, text: str, who: str = "p-admin") -> httpx.Response:
    uploads = {"year": ("2027.toml", text.encode(), "application/toml")}
    return await post(world, "/rules/calendar", who, uploads=uploads)


async def test_every_number_stands_there_with_its_source(world: World):
    shown = words(await get(world, "/rules"))
    for text in (
        "20个工作日政务《政府信息公开条例》第二十六条", "20个自然日财政预算、决算《预算法》第十四条",
        "7个自然日全部缺省公示期限", "5个工作日。政府网站检查指标", "每12个月。《政府信息公开条例》第十八条",
        "2026年已公布", "2027年推算",
    ):  # fmt: skip
        assert text in shown, text
    assert "启用本单位的新规则" not in shown


async def test_an_agency_changes_its_numbers_with_a_file(world: World):
    answer = await activate(world, OWN)
    assert answer.status_code == 303
    assert "10个工作日全部局公开方案第五条" in words(await get(world, f"/rules?agency={SFJ}"))
    made = await world.draft()
    assert (made["publishBy"]["rule"]["id"], made["publishBy"]["due"]) == ("OWN-5", "2026-12-04")
    assert (await world.item())["policyVersion"] == "2026.2"


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        ("limits = ", {}, "不是有效的 TOML"),
        ("limits = 5", {}, "[[limits]]"),
        (OWN.replace("n = 10", "n = 30"), {}, "比法律宽松"),
        (OWN.replace('article = "第五条"', 'article = ""'), {}, "依据"),
        (OWN, {"version": ""}, "版本号"),
        (OWN, {"effectiveFrom": "soon"}, "日期不对"),
        ("", {}, "TOML 文件"),
    ],
)
async def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(
    world: World, text: str, fields: dict[str, str], said: str
):
    answer = await activate(world, text, **fields)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    rows = await world.run.sql("SELECT 1 FROM reference WHERE agency = $1", SFJ)
    assert not rows


async def test_a_version_in_force_is_not_overwritten(world: World):
    await activate(world, OWN)
    answer = await activate(world, OWN.replace("n = 10", "n = 8"))
    assert answer.status_code == 409
    assert "请使用新的版本号" in answer.text


async def test_a_published_year_makes_provisional_dates_certain(world: World):
    await world.ok(
        "p-chen", "PUT", f"/items/{ITEM}", json=form(eventOn="2026-12-20", formedOn=None)
    )
    assert (await publish(world, YEAR)).status_code == 303
    assert (await world.item())["publishBy"]["provisional"] is False
    assert "2027年已公布" in words(await get(world, "/rules"))


async def test_a_year_with_impossible_days_is_refused_and_the_day_is_named(world: World):
    answer = await publish(world, YEAR.replace("2027-01-09", "2027-01-08"))
    assert answer.status_code == 422
    assert "2027年1月8日本来就是工作日" in answer.text


async def test_only_administrators_change_rules_and_only_their_own(world: World):
    for who in ("p-chen", "p-tang", "p-he"):
        assert (await activate(world, OWN, who)).status_code == 403
        assert (await publish(world, YEAR, who)).status_code == 403
    body = {"agencyId": MZJ, "organId": "o-mzj-office", "position": "管理员", "roles": ["ADMINISTRATOR"],
            "since": "2024-01-01"}  # fmt: skip
    await world.ok("p-admin", "POST", "/people/p-tang/appointments", json=body)
    assert (await activate(world, OWN, "p-tang")).status_code == 403
    assert (await activate(world, OWN, "p-tang", agency=MZJ)).status_code == 303
