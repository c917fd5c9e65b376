"""Title, document number, issuing body and date, where the text plainly shows them. Never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from opencc import OpenCC

KINDS = (
    "方案|通知|公告|公示|通告|办法|规定|意见|要点|报告|决定|通报|目录|指南|制度|细则|计划|总结|函|批复"
    "|名册|名单|预算|决算|纪要|规划|清单"
)
TITLE = re.compile(rf"^.{{3,80}}?({KINDS})(的通知|（试行）|\(试行\))?$")
NUMBERING = re.compile(r"^\d{1,3}[、.．]\s*")
EXTENSION = re.compile(r"\.(docx?|pdf|txt|wps)$", re.IGNORECASE)
DOC_NO = re.compile(r"^[\u4e00-\u9fff]{1,14}[〔\[(【]\s*\d{4}\s*[〕\])】]\s*第?\s*\d{1,5}\s*号$")
BODY_IN_TITLE = re.compile(
    r"^([\u4e00-\u9fff]{2,}?(?:省|市|区|县|旗|州|镇|乡)[\u4e00-\u9fff]{0,14}?"
    r"(?:局|委员会|办公室|人民政府|厅|院))"
)
BODY_LINE = re.compile(
    r"^[\u4e00-\u9fff]{3,30}(局|委员会|办公室|政府|厅|院|中心|支部|党组|党委|小组)$"
)
DAY = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日$")
LABELLED = re.compile(
    r"^(?:成文日期|生成日期|印发日期)[::]\s*(\d{4})[-年.](\d{1,2})[-月.](\d{1,2})日?$"
)
NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
CHINESE_DAY = re.compile(
    r"^([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日$"
)
HEAD, TAIL = 20, 12  # lines looked at from the top and from the end


@dataclass(frozen=True)
class Reading:
    """What a document shows of itself; None is not found. `missing` names those, `notes` are for people."""

    title: str | None
    doc_no: str | None
    issuing_body: str | None
    formed_on: date | None
    paragraphs: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        found = {
            "title": self.title,
            "docNo": self.doc_no,
            "disclosingBody": self.issuing_body,
            "formedOn": self.formed_on,
        }
        return tuple(name for name, value in found.items() if value is None)


def folded(text: str) -> str:
    """For recognising: NFKC, simplified characters, no injected pinyin. The text itself stays as typed."""
    plain = unicodedata.normalize("NFKC", OpenCC("t2s").convert(text))
    return re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)", "", plain)


def recognise(lines: Sequence[str]) -> Reading:
    """Read the first and last lines of a document."""
    plain = [folded(line).strip() for line in lines]
    title = _title(lines, plain)
    number = next((line for line in plain[:HEAD] if DOC_NO.match(line)), None)
    notes = []
    half = len(lines) // 2
    if half > 2 and plain[:half] == plain[half : 2 * half]:
        notes.append("正文重复出现了两遍，请核对并删去一遍")
    if any(
        re.search(r"\([a-zāáǎà-ǜü]{1,6}\)", unicodedata.normalize("NFKC", line)) for line in lines
    ):
        notes.append("文中夹有注音字母，请核对")
    return Reading(
        title=title,
        doc_no=re.sub(r"[\[(【]\s*(\d{4})\s*[\])】]", r"〔\1〕", number) if number else None,
        issuing_body=_body(plain, folded(title) if title else ""),
        formed_on=_formed_on(plain),
        paragraphs=tuple(lines),
        notes=tuple(notes),
    )


def _title(lines: Sequence[str], plain: Sequence[str]) -> str | None:
    """The first line near the top that is a document's name; as typed."""
    for line, simple in zip(lines[:HEAD], plain, strict=False):
        # A whole document in one line: its name stands before the first heading.
        cut = re.split(r"\s+一、", simple, maxsplit=1)[0]
        typed = line if cut == simple else line[: len(cut)]
        stripped = EXTENSION.sub("", NUMBERING.sub("", cut)).strip()
        if TITLE.match(stripped):
            return EXTENSION.sub("", NUMBERING.sub("", typed)).strip()
    return None


def _body(plain: Sequence[str], title: str) -> str | None:
    for line in reversed(plain[-TAIL:]):
        if BODY_LINE.match(line):
            return line
    found = BODY_IN_TITLE.match(title)
    return found.group(1) if found else None


def _formed_on(plain: Sequence[str]) -> date | None:
    """A date alone on a line near the end, or one that is labelled as such."""
    for line in [*reversed(plain[-TAIL:]), *plain[:HEAD]]:
        labelled = LABELLED.match(line)
        if labelled:
            return _date(*labelled.groups())
    for line in reversed(plain[-TAIL:]):
        compact = line.replace(" ", "")
        if found := DAY.match(compact):
            return _date(*found.groups())
        if found := CHINESE_DAY.match(compact):
            year, month, day = found.groups()
            return _date(year.translate(NUMERALS), str(_number(month)), str(_number(day)))
    return None


def _number(text: str) -> int:
    """一 … 三十一."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(NUMERALS))
    return (int(tens.translate(NUMERALS)) if tens else 1) * 10 + (
        int(ones.translate(NUMERALS)) if ones else 0
    )


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
