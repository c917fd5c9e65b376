"""PDF: the lines of each page, put together again into paragraphs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
from pypdfium2 import PdfiumError, PdfTextPage

from services.catalog.documents.sniff import BadDocument

# PDFium may only be used by one thread at a time.
PDFIUM = threading.Lock()
PAGE_NUMBER = re.compile(
    r"^[\s—–·-]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／]\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[\s—–·-]*$"
)


@dataclass(frozen=True)
class Line:
    """One line as it is seen; positions and size in points."""

    text: str
    left: float
    right: float
    size: float


def lines(data: bytes) -> list[str]:
    """Paragraphs. Raises BadDocument."""
    with PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except PdfiumError as error:
            if "password" in str(error).lower():
                raise BadDocument("PDF 已加密，请去除密码后再上传") from error
            raise BadDocument("PDF 文件已损坏，请重新导出后上传") from error
        try:
            pages = [list(_lines(page.get_textpage())) for page in pdf]
        except PdfiumError as error:
            raise BadDocument("PDF 文件已损坏，请重新导出后上传") from error
        finally:
            pdf.close()
    return _paragraphs([line for page in pages for line in _without_number(page)])


def _lines(page: PdfTextPage) -> Iterator[Line]:
    start = 0
    for text in page.get_text_range().splitlines(keepends=True):
        shown = text.rstrip()
        inked = shown.lstrip()
        if inked:
            first = start + len(shown) - len(inked)
            left, bottom, _, top = page.get_charbox(first, loose=True)
            right = page.get_charbox(start + len(shown) - 1, loose=True)[2]
            yield Line(inked, left, right, top - bottom)
        start += len(text)


def _without_number(page: list[Line]) -> list[Line]:
    """A page without the page number at its foot or head."""
    kept = list(page)
    for place in (-1, 0):
        if kept and PAGE_NUMBER.fullmatch(kept[place].text):
            kept.pop(place)
    return kept


def _paragraphs(found: list[Line]) -> list[str]:
    """A line goes on when it is full, and the next one neither indented nor of another size."""
    if not found:
        return []
    margin, edge = min(line.left for line in found), max(line.right for line in found)
    paragraphs = [found[0].text]
    for before, line in pairwise(found):
        full = before.right > edge - 1.5 * before.size
        flush = line.left < margin + line.size
        if full and flush and abs(before.size - line.size) < 0.2 * line.size:
            paragraphs[-1] = _joined(paragraphs[-1], line.text)
        else:
            paragraphs.append(line.text)
    return paragraphs


def _joined(one: str, other: str) -> str:
    """Words of Latin letters stay apart; Chinese needs no space."""
    apart = one[-1].isascii() and other[0].isascii() and one[-1].isalnum() and other[0].isalnum()
    return f"{one} {other}" if apart else one + other
