"""Proof by hand: what a board, a meeting or a document is confirmed with, and what is refused in Chinese."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.publisher.evidence import kind_of, media_type
from services.publisher.portal.site import today
from tests.publisher.conftest import World
from tests.publisher.story import DAY, INSIDE, ITEM, PNG, inside, public

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
BAD = {
    "empty": (b"", "请上传公开的凭证，例如公开栏照片或会议记录；不能是空文件"),
    "text": ("已张贴".encode(), "公开栏须上传照片（JPG、PNG、WebP 或 HEIC），您上传的文件不是图片"),
    "html named as a photo": (b"<html>", "公开栏须上传照片（JPG、PNG、WebP 或 HEIC），您上传的文件不是图片"),
    "pdf": (b"%PDF-1.7", "公开栏须上传照片（JPG、PNG、WebP 或 HEIC），您上传的文件不是图片"),
    "huge": (PNG + bytes(20 * 1024 * 1024), "凭证超过 20 MB，请压缩后上传"),
}  # fmt: skip
BOARD = [public("WEBSITE", "NOTICE_BOARD")]


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD.keys())
async def test_a_bad_photo_of_the_board_is_refused(world: World, data: bytes, words: str):
    await world.published(rings=BOARD, determinedOn=str(today()))
    answer = await world.confirm(data=data, name="公开栏.jpg")
    assert (answer.status_code, answer.json()["detail"]) == (422, words)
    assert answer.json()["field"] == "file"
    assert (await world.states())["NOTICE_BOARD"] == "PENDING"


@pytest.mark.parametrize("data", [PNG, JPEG, b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic"])
def test_photos_as_cameras_make_them_prove_a_board(data: bytes):
    assert kind_of("NOTICE_BOARD", data) == "PHOTO"


def test_the_kind_is_told_from_the_bytes_and_not_from_the_name():
    assert media_type(b"MZ\x90\0 a program") is None
    assert media_type(b"PK\x03\x04 a zip that is no document") is None
    assert kind_of("MEETING", b"PK\x03\x04...word/document.xml") == "MINUTES"
    assert kind_of("MEETING", b"%PDF-1.7") == "MINUTES"


async def test_a_meeting_is_proven_by_minutes_and_not_by_a_program(world: World):
    await world.released(rings=[inside("WITHIN_ORG", channels=("MEETING",))])
    refused = await world.confirm("MEETING", data=b"MZ\x90\0", name="纪要.docx")
    assert refused.json()["detail"] == "凭证只接受照片、PDF 或 Word 文档"
    assert (await world.confirm("MEETING", data=b"%PDF-1.7", name="纪要.pdf")).status_code == 204
    [receipt] = await world.facts("publisher.delivery-confirmed.v1")
    assert receipt["evidence"][0]["kind"] == "MINUTES"


async def test_the_day_may_be_earlier_than_today_but_not_before_approval_nor_tomorrow(world: World):
    approved = today() - timedelta(days=3)
    await world.released(rings=BOARD, determinedOn=str(approved))
    for day in (approved - timedelta(days=1), today() + timedelta(days=1)):
        answer = await world.confirm(on=day)
        assert answer.json()["detail"] == "实际公开日期不能早于批准日期，也不能晚于今天"
        assert answer.json()["field"] == "occurredOn"
    assert (await world.confirm(on=approved)).status_code == 204
    [receipt] = await world.facts("publisher.delivery-confirmed.v1")
    assert receipt["occurredOn"] == str(approved)


async def test_who_confirms_is_the_office_or_a_channel_operator_of_that_agency(world: World):
    await world.released(rings=BOARD, determinedOn=str(DAY))
    assert (await world.confirm(person="p-chen")).status_code == 403
    assert (await world.confirm(person="p-tang")).status_code == 404
    assert (await world.confirm(person="p-wang")).status_code == 204


async def test_a_channel_that_confirms_itself_is_not_confirmed_by_hand(world: World):
    await world.released(rings=[INSIDE, public("WEBSITE")])
    answer = await world.confirm("INTRANET")
    assert (answer.status_code, answer.json()["field"]) == (422, "channel")


async def test_two_people_with_a_photo_at_once_make_one_receipt(world: World):
    await world.published(rings=BOARD)
    answers = await asyncio.gather(*(world.confirm(person=who) for who in ("p-wang", "p-ma") * 2))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    receipts = await world.facts("publisher.delivery-confirmed.v1")
    assert [r["channel"] for r in receipts].count("NOTICE_BOARD") == 1


@pytest.mark.parametrize(
    ("form", "files", "words"),
    [
        ({"occurredOn": "2026-01-05"}, {"file": ("x.jpg", b"")}, BAD["empty"][1]),
        ({"occurredOn": "2026-01-05"}, {}, BAD["empty"][1]),
        ({"occurredOn": "gestern"}, {"file": ("x.png", PNG)}, "请填写实际公开日期"),
        ({}, {"file": ("x.png", PNG)}, "请填写实际公开日期"),
    ],
)
async def test_a_refused_form_comes_back_with_its_error_and_the_day_that_was_typed(
    world: World, form: dict[str, str], files: dict[str, Any], words: str
):
    await world.published(rings=BOARD)
    path = f"/publisher/work/{ITEM}/deliveries/{ITEM}-NOTICE_BOARD-1/confirm"
    async with world.run.browser("p-ma") as http:
        answer = await http.post(path, data=form, files=files)
    assert answer.status_code == 422
    assert answer.text.count(words) == 2, "in the summary and at the field"
    assert f'value="{form.get("occurredOn", "")}"' in answer.text
    assert 'type="file"' in answer.text
