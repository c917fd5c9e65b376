"""A document becomes a draft, whole or not at all; what was not found is flagged."""

from __future__ import annotations

import asyncio

import pytest

from tests.catalog.conftest import World
from tests.catalog.papers import LETTER, TITLE, pdf, word, zipped
from tests.catalog.story import MZJ, SFJ

IMPORT = f"/items/import?agency={SFJ}"


def upload(name: str, data: bytes) -> dict[str, dict[str, tuple[str, bytes]]]:
    return {"files": {"file": (name, data)}}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("通知.docx", word(*LETTER)),
        ("通知.txt", "\r\n".join(LETTER).encode("gb18030")),
        ("通知.pdf", pdf(LETTER)),
    ],
)
async def test_title_number_body_and_date_are_read(world: World, name, data):
    done = await world.ok("p-chen", "POST", IMPORT, **upload(name, data))
    assert (done["already"], done["missing"], done["notes"]) == (False, [], [])
    item = await world.item(done["itemId"])
    assert item["title"] == TITLE
    assert (item["docNo"], item["formedOn"]) == ("临司〔2026〕31号", "2026-03-10")
    assert item["disclosingBody"] == "o-sfj-office"
    assert "<p>现就有关事项通知如下。</p>" in item["body"]
    assert item["publishBy"]["due"] == "2026-04-08"


async def test_what_the_document_does_not_say_stays_empty_and_is_flagged(world: World):
    done = await world.ok(
        "p-chen", "POST", IMPORT, **upload("随笔.txt", "今日无事。\n<b>一</b>".encode())
    )
    assert set(done["missing"]) == {"title", "docNo", "formedOn", "disclosingBody"}
    item = await world.item(done["itemId"])
    assert (item["title"], item["docNo"], item["publishBy"]) == ("", None, None)
    assert item["disclosingBody"] == ""
    assert "&lt;b&gt;一&lt;/b&gt;" in item["body"]


async def test_the_same_file_again_makes_no_second_draft(world: World):
    first = await world.ok("p-chen", "POST", IMPORT, **upload("一.txt", b"same"))
    again = await world.ok("p-chen", "POST", IMPORT, **upload("二.txt", b"same"))
    assert again == {"itemId": first["itemId"], "already": True}
    other = f"/items/import?agency={MZJ}"
    theirs = await world.ok("p-tang", "POST", other, **upload("一.txt", b"same"))
    assert theirs["itemId"] != first["itemId"]


async def test_the_same_file_at_the_same_moment_makes_one_draft(world: World):
    answers = await asyncio.gather(
        *(world.ask("p-chen", "POST", IMPORT, **upload("一.txt", b"same")) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["already"] for answer in answers) == [False, True, True, True]
    assert len((await world.ok("p-chen", "GET", "/items"))["items"]) == 1


async def test_an_organ_named_in_the_document_discloses_and_a_foreign_body_is_told(world: World):
    await world.ok(
        "p-admin", "PUT", "/organs/o-aid", json={"agencyId": SFJ, "name": "法律援助中心"}
    )
    own = "\n".join(["法律援助中心关于值班的通知", "正文。", "法律援助中心"]).encode()
    done = await world.ok("p-chen", "POST", IMPORT, **upload("一.txt", own))
    assert (await world.item(done["itemId"]))["disclosingBody"] == "o-aid"
    foreign = "\n".join(["关于值班的通知", "正文。", "远山市司法局"]).encode()
    done = await world.ok("p-chen", "POST", IMPORT, **upload("二.txt", foreign))
    assert (await world.item(done["itemId"]))["disclosingBody"] == ""
    assert any("远山市司法局" in note for note in done["notes"])


async def test_a_date_after_today_is_not_believed(world: World):
    paper = "\n".join([*LETTER[:-1], "2099年3月10日"]).encode()
    done = await world.ok("p-chen", "POST", IMPORT, **upload("一.txt", paper))
    assert "formedOn" in done["missing"]
    assert any("晚于今天" in note for note in done["notes"])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("空.docx", b"", "空文件"),
        ("改名.docx", zipped("a.txt"), "不是 Word"),
        ("坏.docx", b"PK\x03\x04broken", "损坏"),
    ],
)
async def test_what_cannot_be_read_says_why_and_leaves_nothing(world: World, name, data, words):
    problem = await world.refused(422, "p-chen", "POST", IMPORT, **upload(name, data))
    assert problem["field"] == "file"
    assert words in problem["detail"]
    assert not await world.run.sql("SELECT 1 FROM imports")
    assert not await world.run.sql("SELECT 1 FROM events WHERE stream LIKE 'item-%'")


async def test_importing_needs_the_role(world: World):
    await world.refused(403, "p-zhou", "POST", IMPORT, **upload("一.txt", b"same"))
