"""The text of a document, paragraph by paragraph, in the document's order."""

from __future__ import annotations

from dataclasses import dataclass

from services.catalog.bodies import MAX_BODY
from services.catalog.documents import pdf, plain, word
from services.catalog.documents.sniff import BadDocument, sniff


@dataclass(frozen=True)
class Extracted:
    """Non-empty paragraphs as typed, and what a person should know about the reading."""

    paragraphs: tuple[str, ...]
    notes: tuple[str, ...] = ()


def extract(data: bytes) -> Extracted:
    """Raises BadDocument."""
    notes: list[str] = []
    match sniff(data):
        case "text":
            found = plain.lines(data)
        case "docx":
            found, notes = word.lines(data)
        case "pdf":
            found = pdf.lines(data)
    paragraphs = tuple(line.strip() for line in found if line.strip())
    if not paragraphs:
        raise BadDocument("文件中没有可读取的文字。如果是扫描件，请先做文字识别，或作为附件上传")
    count = sum(map(len, paragraphs))
    if count > MAX_BODY:
        raise BadDocument(f"文件有 {count:,} 字，正文最多 {MAX_BODY:,} 字。请拆分，或作为附件上传")
    return Extracted(paragraphs, tuple(notes))
