"""A document becomes a draft, whole or not at all; what was not found is flagged."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from tests.catalog.conftest import World
from tests.catalog.story import MZJ, SFJ

LETTER = [
    "临江市司法局文件", "临司〔2026〕31号", "临江市司法局关于开展法律援助宣传月活动的通知",
    "各区县司法局：", "现就有关事项通知如下。", "临江市司法局", "2026年3月10日",
]  # fmt: skip
IMPORT = f"/items/import?agency={SFJ}"


def word(*lines: str) -> bytes:
    document, target = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(target)
    return target.getvalue()


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


def upload(name: str, data: bytes) -> dict[str, dict[str, tuple[str, bytes]]]:
    return {"files": {"file": (name, data)}}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("通知.docx", word(*LETTER)),
        ("通知.txt", "\n".join(LETTER).encode()),
        ("通知.txt", "\r\n".join(LETTER).encode("gb18030")),
    ],
)
async def test_title_number_body_and_date_are_read(world: World, name, data):
    done = await world.ok("p-chen", "POST", IMPORT, **upload(name, data))
    assert (done["already"], done["missing"]) == (False, [])
    item = await world.item(done["itemId"])
    assert item["title"] == "临江市司法局关于开展法律援助宣传月活动的通知"
    assert (item["docNo"], item["formedOn"]) == ("临司〔2026〕31号", "2026-03-10")
    assert "<p>现就有关事项通知如下。</p>" in item["body"]
    assert item["publishBy"]["due"] == "2026-04-08"


async def test_what_the_document_does_not_say_stays_empty_and_is_flagged(world: World):
    done = await world.ok(
        "p-chen", "POST", IMPORT, **upload("随笔.txt", "今日无事。\n<b>一</b>".encode())
    )
    assert set(done["missing"]) == {"title", "docNo", "formedOn", "disclosingBody"}
    item = await world.item(done["itemId"])
    assert (item["title"], item["docNo"], item["publishBy"]) == ("", None, None)
    assert "&lt;b&gt;一&lt;/b&gt;" in item["body"]


async def test_the_same_file_again_makes_no_second_draft(world: World):
    first = await world.ok("p-chen", "POST", IMPORT, **upload("一.txt", b"same"))
    again = await world.ok("p-chen", "POST", IMPORT, **upload("二.txt", b"same"))
    assert again == {"itemId": first["itemId"], "already": True}
    other = f"/items/import?agency={MZJ}"
    theirs = await world.ok("p-tang", "POST", other, **upload("一.txt", b"same"))
    assert theirs["itemId"] != first["itemId"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("空.docx", b"", "空文件"),
        ("大.txt", b"a" * (10 * 1024 * 1024 + 1), "10 MB"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "密码"),
        ("改名.docx", zipped("a.txt"), "不是 Word"),
        (
            "宏.docx",
            zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "宏",
        ),
        ("套.docx", zipped("[Content_Types].xml", "word/document.xml", "word/a.exe"), "内嵌"),
        ("坏.docx", b"PK\x03\x04broken", "损坏"),
        ("坏.docx", zipped("[Content_Types].xml", "word/document.xml"), "损坏"),
        ("坏.pdf", b"%PDF-1.7 broken", "损坏"),
        ("图.png", b"\x89PNG\x00\x00", "不支持"),
        ("空白.docx", word("", " "), "没有可读取"),
    ],
)
async def test_what_cannot_be_read_says_why_and_leaves_nothing(world: World, name, data, words):
    problem = await world.refused(422, "p-chen", "POST", IMPORT, **upload(name, data))
    assert problem["field"] == "file"
    assert words in problem["detail"]
    assert not await world.run.sql("SELECT 1 FROM imports")
    assert not await world.run.sql("SELECT 1 FROM events WHERE stream LIKE 'item-%'")


async def test_an_encrypted_pdf_asks_for_one_without_password(world: World):
    from pypdf import PdfWriter

    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt("geheim", algorithm="AES-128")
    writer.write(target)
    problem = await world.refused(
        422, "p-chen", "POST", IMPORT, **upload("密.pdf", target.getvalue())
    )
    assert "密码" in problem["detail"]


async def test_importing_needs_the_role(world: World):
    await world.refused(403, "p-zhou", "POST", IMPORT, **upload("一.txt", b"same"))
