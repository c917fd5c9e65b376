"""Text files: which encoding they are in, judged by how common the characters are that come out."""

from __future__ import annotations

from services.catalog.documents.sniff import BadDocument
from services.catalog.documents.words import folded

UTF16 = (b"\xff\xfe", b"\xfe\xff")
ENCODINGS = ("gb18030", "cp950")
ENOUGH = 0.7  # of the Chinese characters are everyday ones; in real texts more than nine tenths
SAMPLE = 20_000  # characters


def lines(data: bytes) -> list[str]:
    """UTF-8 (with or without mark), UTF-16 with mark, GB18030 (GBK, GB2312), Big5. Raises BadDocument."""
    try:
        return _decoded(data).splitlines()
    except UnicodeDecodeError as error:
        raise BadDocument("无法识别文件的文字编码，请另存为 UTF-8 编码的文本文件") from error


def _decoded(data: bytes) -> str:
    if data.startswith(UTF16):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        readings = [(_everyday(data, encoding), encoding) for encoding in ENCODINGS]
    share, encoding = max(readings)
    if share < ENOUGH:
        raise BadDocument("无法识别文件的文字编码，请另存为 UTF-8 编码的文本文件")
    return data.decode(encoding)


def _everyday(data: bytes, encoding: str) -> float:
    """Share of everyday characters, simplified, among the Chinese ones; 0 when it cannot be this encoding."""
    try:
        text = folded(data.decode(encoding)[:SAMPLE])
    except UnicodeDecodeError:
        return 0.0
    chinese = [sign for sign in text if sign > "\u2e80" and not "\u3000" <= sign <= "\u303f"]
    return sum(map(_is_everyday, chinese)) / len(chinese) if chinese else 0.0


def _is_everyday(sign: str) -> bool:
    """Whether it is among the 3,755 most frequent characters: the first level of GB 2312."""
    coded = sign.encode("gb2312", errors="ignore")
    return len(coded) == 2 and 0xB0 <= coded[0] <= 0xD7
