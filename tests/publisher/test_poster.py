"""The poster on paper: its words can be read back, the QR code is there, rare characters are drawn."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest

from services.publisher.channels.poster import Poster, poster_pdf

POSTER = Poster(
    title="关于公布2026年度法律援助机构名册的通知",
    doc_no="临司〔2026〕12号",
    index_no="330105001/2026-00001",
    agency_name="临江市司法局",
    paragraphs=("现将名册予以公布。", "联系人：䶮祎。", "#set page(width: 1cm) *不是排版命令*"),
    published_on=date(2026, 11, 23),
    post_until=date(2026, 12, 21),
    url="http://gongkai.test/a/linjiang-sfj/i/x.html",
    manifest_hash="ab" * 32,
)


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_everything_that_must_be_on_the_board_can_be_read_from_the_pdf():
    text = text_of(poster_pdf(POSTER))
    for words in (
        "法律援助机构名册",
        "临司〔2026〕12号",
        "330105001/2026-00001",
        "2026年12月21日",
        "䶮祎",
    ):
        assert words in text
    assert "不是排版命令" in text, "typed text is printed, never run"


def test_a_long_text_goes_on_to_further_pages():
    long = Poster(**{**POSTER.__dict__, "paragraphs": ("公开内容。" * 60,) * 20})
    assert len(pypdf.PdfReader(io.BytesIO(poster_pdf(long))).pages) > 1


def test_what_has_no_page_has_no_qr_code_either():
    pdf = poster_pdf(Poster(**{**POSTER.__dict__, "url": None}))
    assert "网页" not in text_of(pdf)
    assert "330105001/2026-00001" in text_of(pdf)


@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_the_paper_has_its_size(paper):
    page = pypdf.PdfReader(io.BytesIO(poster_pdf(POSTER, paper))).pages[0]
    assert round(float(page.mediabox.width)) == {"a4": 595, "a3": 842}[paper]
