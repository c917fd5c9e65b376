"""What a file really is, by its bytes: the name is not believed. Refuses what cannot be read safely."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import ClassVar, Literal

from shared.errors import Invalid

Kind = Literal["text", "docx", "pdf"]
LIMIT = 10 * 1024 * 1024  # bytes
UNPACKED_LIMIT = 100 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|\?xml|script|head|body)\b", re.IGNORECASE
)
CONTENT_TYPES = "[Content_Types].xml"
ENCRYPTED = 0x1
NESTED = (".zip", ".rar", ".7z", ".docx", ".docm", ".exe", ".dll", ".js", ".vbs")
MACROS = "文件含有宏，存在安全风险。请另存为不含宏的 .docx 后上传"


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
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data)
    if data.startswith(b"{\\rtf"):
        raise BadDocument("不支持 RTF 文件，请另存为 .docx 后再上传")
    if WEB_PAGE.match(data):
        raise BadDocument("这是网页文件，请另存为 .docx 或纯文本后再上传")
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadDocument("不支持这种文件，请上传 .txt、.docx 或 .pdf")
    return "text"


def _zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _look_into(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise BadDocument("文件已损坏，请重新导出后上传") from None
    return "docx"


def _look_into(archive: zipfile.ZipFile) -> None:
    """Raises BadDocument unless it is a plain Word document. Nothing is unpacked before its size is known."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    endings = tuple(name.lower() for name in names)
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise BadDocument("文件展开后过大，已拒绝读取")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise BadDocument("文件已加密，请去除密码后再上传")
    if any(name.endswith("vbaproject.bin") for name in endings):
        raise BadDocument(MACROS)
    if not {CONTENT_TYPES, "word/document.xml"} <= names:
        raise BadDocument("这不是 Word 文档（.docx），可能是改了扩展名的压缩包或其他文件")
    if any(name.endswith(NESTED) for name in endings):
        raise BadDocument("文件内嵌了其他压缩包或程序，已拒绝读取")
    if b"macroEnabled" in archive.read(CONTENT_TYPES):
        raise BadDocument(MACROS)
