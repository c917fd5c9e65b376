"""What a file really is, by its bytes: the name is not believed. Refuses what cannot be read safely."""

from __future__ import annotations

import io
import zipfile
from typing import ClassVar, Literal

from shared.errors import Invalid

Kind = Literal["text", "docx", "pdf"]
LIMIT = 10 * 1024 * 1024  # bytes
UNPACKED_LIMIT = 100 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class BadDocument(Invalid):
    """A document that cannot be read; the text says what to do."""

    text: ClassVar[str] = "无法读取这个文件"

    def __init__(self, text: str) -> None:
        super().__init__(text, field="file")


def sniff(data: bytes) -> Kind:
    """text, docx or pdf. Raises BadDocument."""
    if not data:
        raise BadDocument("这是一个空文件，请重新选择")
    if len(data) > LIMIT:
        raise BadDocument("文件超过 10 MB，请拆分，或将其作为附件上传")
    if data.startswith(OLE):
        raise BadDocument("这是旧版 Word 文件或加密文件。请去除密码并另存为 .docx 后再上传")
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK"):
        return _zip(data)
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadDocument("不支持这种文件，请上传 .txt、.docx 或 .pdf")
    return "text"


def _zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
    except zipfile.BadZipFile:
        raise BadDocument("文件已损坏，请重新导出后上传") from None
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise BadDocument("文件展开后过大，已拒绝读取")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadDocument("文件含有宏，存在安全风险。请另存为不含宏的 .docx 后上传")
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        raise BadDocument("这不是 Word 文档（.docx），可能是改了扩展名的压缩包或其他文件")
    if any(name.lower().endswith((".zip", ".docx", ".exe", ".docm")) for name in names):
        raise BadDocument("文件内嵌了其他压缩包或程序，已拒绝读取")
    return "docx"
