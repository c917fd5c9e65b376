"""Word documents (.docx): paragraphs and tables; what was not read is told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.table import Table

from services.catalog.documents.sniff import BadDocument

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNREAD = {"文本框": ("txbxContent",), "脚注": ("footnoteReference", "endnoteReference"),
          "图片": ("drawing", "pict"), "内嵌对象": ("object",)}  # fmt: skip


def lines(data: bytes) -> tuple[list[str], list[str]]:
    """Paragraphs and notes. Raises BadDocument."""
    try:
        document: Document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadDocument("Word 文档已损坏，请重新导出后上传") from error
    body = document.element.body
    if any(next(body.iter(f"{W}{name}"), None) is not None for name in ("ins", "del", "moveFrom")):
        raise BadDocument("文档中有未处理的修订痕迹。请先接受或拒绝全部修订，再上传")
    unread = [name for name, tags in UNREAD.items()
              if any(next(body.iter(f"{W}{tag}"), None) is not None for tag in tags)]  # fmt: skip
    notes = [f"文档中的{'、'.join(unread)}没有读取，请核对，需要的请作为附件上传"] if unread else []
    return list(_blocks(document)), notes


def _blocks(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " ".join(cell.text.strip() for cell in row.cells)
        else:
            yield from block.text.splitlines()
