"""Title, document number, issuing body and date, where the text plainly shows them. Never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.catalog.documents.doubts import doubts
from services.catalog.documents.words import NUMERALS, NUMERIC, date_of, folded, number_of

KINDS = (
    "方案|通知|公告|公示|通告|办法|规定|意见|要点|报告|决定|通报|目录|指南|制度|细则|计划|总结|函|批复"
    "|名册|名单|预算|决算|纪要|规划|清单"
)
TITLE = re.compile(rf"^[^。;!?]{{3,80}}?({KINDS})(的通知|\(试行\))?$")
# What stands where a title could, and is none: an appendix, a numbered heading.
NO_TITLE = re.compile(
    r"^(附件|附表|第[一二三四五六七八九十]+[章节条]|[一二三四五六七八九十]+、|\()"
)
NUMBERING = re.compile(r"^\d{1,3}[、.．]\s*")
EXTENSION = re.compile(r"\.(docx?|pdf|txt|wps)$", re.IGNORECASE)
NUMBER = r"[\u4e00-\u9fff]{1,14}[〔\[(【]\s*\d{4}\s*[〕\])】]\s*第?\s*\d{1,5}\s*号"
DOC_NO = re.compile(rf"^(?:(?:发文字号|文号|公文字号)\s*:\s*)?({NUMBER})(?:\s+签发人.*)?$")
BODY_IN_TITLE = re.compile(
    r"^([\u4e00-\u9fff]{2,}?(?:省|市|区|县|旗|州|镇|乡)[\u4e00-\u9fff]{0,14}?"
    r"(?:局|委员会|办公室|人民政府|厅|院))"
)
BODY_LINE = re.compile(
    r"^[\u4e00-\u9fff]{3,30}(局|委员会|办公室|政府|厅|院|中心|支部|党组|党委|小组)$"
)
BODY_LABELLED = re.compile(
    r"^(?:发布机构|发文机关|制发机关|发文单位)\s*:\s*([\u4e00-\u9fff]{3,40})$"
)
DAY = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日$")
LABELLED = re.compile(rf"^(?:成文日期|生成日期)\s*:\s*{NUMERIC}\s*日?$")
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


def recognise(lines: Sequence[str]) -> Reading:
    """Read the first and last lines of a document."""
    head = [folded(line).strip() for line in lines[:HEAD]]
    tail = [folded(line).strip() for line in lines[-TAIL:]]
    title = _title(lines, head)
    return Reading(
        title=title,
        doc_no=_doc_no(head),
        issuing_body=_body(head, tail, folded(title) if title else ""),
        formed_on=_formed_on(head, tail),
        paragraphs=tuple(lines),
        notes=tuple(doubts(lines)),
    )


def _title(lines: Sequence[str], head: Sequence[str]) -> str | None:
    """The first line near the top that is a document's name; as typed. It may go over three lines."""
    for place, (line, simple) in enumerate(zip(lines, head, strict=False)):
        # A whole document in one line: its name stands before the first heading.
        cut = re.split(r"\s+一、", simple, maxsplit=1)[0]
        typed = line if cut == simple else line[: len(cut)]
        stripped = EXTENSION.sub("", NUMBERING.sub("", cut)).strip()
        if TITLE.match(stripped) and not NO_TITLE.match(stripped):
            return EXTENSION.sub("", NUMBERING.sub("", typed)).strip()
        if found := _title_over_lines(lines[place : place + 3], head[place : place + 3]):
            return found
    return None


def _title_over_lines(lines: Sequence[str], plain: Sequence[str]) -> str | None:
    """`某局关于某事` that the page's width broke before `的通知`."""
    if "关于" not in plain[0] or re.search("[,:;。]", plain[0]) or NO_TITLE.match(plain[0]):
        return None
    for count in range(2, len(plain) + 1):
        whole = "".join(plain[:count])
        if re.search("[,:;。〔\\[]", "".join(plain[1:count])):
            return None
        if TITLE.match(whole):
            return "".join(line.strip() for line in lines[:count])
    return None


def _doc_no(head: Sequence[str]) -> str | None:
    """A number alone on a line or labelled; one in a sentence is another document's."""
    found = next((match for line in head if (match := DOC_NO.match(line))), None)
    if not found:
        return None
    return re.sub(r"[\[(【〔](\d{4})[\])】〕]", r"〔\1〕", re.sub(r"\s", "", found[1]))


def _body(head: Sequence[str], tail: Sequence[str], title: str) -> str | None:
    labelled = next((match for line in head if (match := BODY_LABELLED.match(line))), None)
    if labelled:
        return labelled[1]
    signed = next((line for line in reversed(tail) if BODY_LINE.match(line)), None)
    if signed:
        return signed
    found = BODY_IN_TITLE.match(title)
    return found.group(1) if found else None


def _formed_on(head: Sequence[str], tail: Sequence[str]) -> date | None:
    """A date alone on a line near the end, or one that is labelled as such."""
    for line in [*reversed(tail), *head]:
        labelled = LABELLED.match(line)
        if labelled:
            return date_of(*labelled.groups())
    for line in reversed(tail):
        compact = line.replace(" ", "")
        if found := DAY.match(compact):
            return date_of(*found.groups())
        if found := CHINESE_DAY.match(compact):
            year, month, day = found.groups()
            return date_of(year.translate(NUMERALS), str(number_of(month)), str(number_of(day)))
    return None
