"""The text of a document, paragraph by paragraph, in the document's order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
import pypdfium2
from docx.document import Document
from docx.table import Table
from pypdfium2 import PdfiumError

from services.catalog.documents.sniff import BadDocument, sniff

# Tried in this order; GB18030 reads GBK and GB2312 too.
ENCODINGS = ("utf-8-sig", "gb18030")


def paragraphs(data: bytes) -> list[str]:
    """Non-empty paragraphs as typed. Raises BadDocument."""
    match sniff(data):
        case "text":
            found = _decoded(data).splitlines()
        case "docx":
            found = list(_docx(data))
        case "pdf":
            found = list(_pdf(data))
    lines = [line.strip() for line in found if line.strip()]
    if not lines:
        raise BadDocument("文件中没有可读取的文字。如果是扫描件，请先做文字识别，或作为附件上传")
    return lines


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadDocument("无法识别文件的文字编码，请另存为 UTF-8 编码的文本文件")


def _docx(data: bytes) -> Iterator[str]:
    try:
        document: Document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadDocument("Word 文档已损坏，请重新导出后上传") from error
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " ".join(cell.text.strip() for cell in row.cells)
        else:
            yield block.text


def _pdf(data: bytes) -> Iterator[str]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise BadDocument("PDF 已加密，请去除密码后再上传") from error
        raise BadDocument("PDF 文件已损坏，请重新导出后上传") from error
    try:
        for page in pdf:
            yield from page.get_textpage().get_text_range().splitlines()
    finally:
        pdf.close()
