"""What a person should look at in a document that was read: hints, in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from services.catalog.documents.words import NUMERIC, PINYIN, date_of, folded
from shared.workdays import chinese

OTHER_DAY = re.compile(rf"(发布日期|发布时间|上传时间|更新时间|印发日期|时间)\s*:\s*{NUMERIC}")
FURNITURE = re.compile(
    r"浏览次数|上传人:|文档编号:|当前位置:|ICP备|不代表本站|展开阅读全文|本站.{0,20}(下载|转载)"
)
ENDS = 20  # lines looked at from the top and from the end


def doubts(lines: Sequence[str]) -> Iterator[str]:
    """What a person should look at before anybody else does."""
    ends = [folded(line) for line in (*lines[:ENDS], *lines[-ENDS:])]
    half = len(lines) // 2
    if half > 2 and lines[:half] == lines[half : 2 * half]:
        yield "正文重复出现了两遍，请核对并删去一遍"
    if any(PINYIN.search(unicodedata.normalize("NFKC", line)) for line in lines):
        yield "文中夹有注音字母，请核对"
    if any(FURNITURE.search(line) for line in ends):
        yield "文中夹有网页文字（如浏览次数、上传信息），请核对并删去"
    numbered = [re.match(r"(\d{1,3})、", line) for line in lines[:6]]
    if len(lines) > 2 and [m and m[1] for m in numbered] == [
        str(n + 1) for n in range(len(numbered))
    ]:
        yield "各段开头有连续的编号，可能是转换格式时加入的，请核对"
    for line in ends[:ENDS]:
        if other := OTHER_DAY.search(line):
            name, *parts = other.groups()
            if day := date_of(*parts):
                yield f"文中写有「{name}」{chinese(day)}，不是成文日期，没有采用"
