"""Files as they come: told apart by their bytes, read whole or refused with advice."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from services.catalog.documents.extract import extract
from services.catalog.documents.pdf import PDFIUM
from services.catalog.documents.sniff import LIMIT, BadDocument, sniff
from services.catalog.importing import read_document
from tests.catalog.papers import LETTER, TRADITIONAL, pdf, word, word_with, zipped

TEXT = "\n".join(LETTER)
WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("gb18030"),
        TEXT.replace("〔", "[").replace("〕", "]").encode("gbk"),
        TEXT.encode("utf-16"),
        word(*LETTER),
        pdf(LETTER),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "gbk", "utf-16", "docx", "pdf"],
)
def test_the_same_letter_is_read_the_same_from_every_kind_of_file(data):
    found = ["".join(line.split()) for line in extract(data).paragraphs]
    expected = [line.replace("〔", "[").replace("〕", "]") for line in LETTER]
    joined = [line.replace("〔", "[").replace("〕", "]") for line in found]
    assert "".join(joined) == "".join(expected)
    assert joined[-3:] == expected[-3:]
    assert expected[6] in joined


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp950"])
def test_traditional_text_is_read_in_its_usual_encodings(encoding):
    lines = [line.replace("〇", "○") for line in TRADITIONAL]
    assert list(extract("\n".join(lines).encode(encoding)).paragraphs) == lines


WORDS = ("區縣司法局", "工作活動", "法律援助", "通知如下", "各單位", "要求", "圖書館")


@pytest.mark.parametrize("encoding", ["gb18030", "cp950"])
@given(st.lists(st.sampled_from(WORDS), min_size=4))
def test_two_ways_of_writing_bytes_are_not_mistaken_for_each_other(encoding, words):
    text = "，".join(words)
    assert extract(text.encode(encoding)).paragraphs == (text,)


def test_bytes_that_no_encoding_explains_are_refused():
    with pytest.raises(BadDocument, match="编码"):
        extract("现就有关事项通知如下".encode("gb18030")[1:] + b"\xff\xfe\xff")


def test_a_table_is_read_where_it_stands():
    import docx

    document, target = docx.Document(), io.BytesIO()
    document.add_paragraph("前")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "姓名", "电话"
    document.add_paragraph("后")
    document.save(target)
    assert extract(target.getvalue()).paragraphs == ("前", "姓名 电话", "后")


def encrypted_pdf() -> bytes:
    writer, target = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf(LETTER))))
    writer.encrypt("geheim", algorithm="AES-128")
    writer.write(target)
    return target.getvalue()


def encrypted_zip() -> bytes:
    """The flag alone: the standard library writes no encryption."""
    data = bytearray(zipped(*WORD))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 1)
    return bytes(data)


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in WORD:
            archive.writestr(name, b" " * 60_000_000)
    return target.getvalue()


MACRO_KIND = "application/vnd.ms-word.document.macroEnabled.main+xml"
INSERTED = '<w:ins w:id="1" w:author="甲"><w:r><w:t>新增</w:t></w:r></w:ins>'
DELETED = '<w:del w:id="1" w:author="甲"><w:r><w:delText>删去</w:delText></w:r></w:del>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空文件"),
        (b"a" * (LIMIT + 1), "10 MB"),
        (("字" * 1_000_001).encode(), "1,000,001 字"),
        (b" \n \n", "没有可读取的文字"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Word 文件或加密文件"),
        (encrypted_zip(), "已加密"),
        (encrypted_pdf(), "PDF 已加密"),
        (zipped("通知.txt"), "不是 Word 文档"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "不是 Word 文档"),
        (zipped(*WORD, "word/vbaProject.bin"), "宏"),
        (zipped(*WORD, "[Content_Types].xml"[:-4] + "2", **{"[Content_Types]_xml": MACRO_KIND}), "宏"),
        (zipped(*WORD, "word/embeddings/more.zip"), "内嵌"),
        (zipped(*WORD, "word/embeddings/run.exe"), "内嵌"),
        (bomb(), "展开后过大"),
        (zipped(*WORD), "损坏"),
        (b"PK\x03\x04broken", "损坏"),
        (word(*LETTER)[:-400], "损坏"),
        (b"%PDF-1.7 broken", "损坏"),
        (pdf(LETTER)[:3000], "损坏"),
        (word("", " "), "没有可读取的文字"),
        (word_with(INSERTED, "甲"), "修订"),
        (word_with(DELETED, "甲"), "修订"),
        (b"<!DOCTYPE html><script>steal()</script>", "网页文件"),
        (b"  <html><body>x</body></html>", "网页文件"),
        (rb"{\rtf1\ansi x}", "RTF"),
        (b"\x89PNG\x00\x00\x00", "不支持"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_refused_and_says_what_to_do(data, words):
    with pytest.raises(BadDocument, match=words) as refusal:
        read_document(data)
    assert refusal.value.field == "file"


def test_text_that_only_begins_like_an_archive_is_text():
    assert extract("PK 赛公告".encode()).paragraphs == ("PK 赛公告",)


def test_script_in_a_text_stays_text():
    assert sniff("公告<script>steal()</script>".encode()) == "text"
    found = read_document("公告<script>steal()</script>".encode())
    assert found.paragraphs == ("公告<script>steal()</script>",)


def test_what_was_not_read_of_a_word_document_is_told():
    box = "<w:r><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:r>"
    assert "文本框" in extract(word_with(box, "正文")).notes[0]
    assert extract(word(*LETTER)).notes == ()


def test_pdfs_are_read_one_after_the_other():
    """PDFium is not made for several threads at once."""
    with ThreadPoolExecutor(1) as other:
        with PDFIUM:
            reading = other.submit(extract, pdf(LETTER))
            done, _ = wait([reading], timeout=1)
            assert not done
        assert len(reading.result().paragraphs) > 5


HEADS = [b"", b"PK\x03\x04", b"%PDF-1.4", b"\xff\xfe", b"{"]


@given(st.binary(max_size=300), st.sampled_from(HEADS))
def test_whatever_comes_is_read_or_refused_in_chinese(tail, head):
    refusals = []
    try:
        assert read_document(head + tail).paragraphs
    except BadDocument as refusal:
        refusals.append(refusal.detail)
    assert all(re.search("[\u4e00-\u9fff]", text) for text in refusals)
