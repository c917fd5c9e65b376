"""Documents made for tests: text, Word, PDF; our own words."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence

import docx
import typst
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from shared.printing import fonts

TITLE = "临江市司法局关于开展法律援助宣传月活动的通知"
LETTER = [
    "临江市司法局文件", "临司〔2026〕31号", TITLE, "各区县司法局：", "现就有关事项通知如下。",
    "一、活动时间", "三月一日至三十一日，各区县在窗口、社区和集市设点宣传，讲解申请条件、办理程序和所需材料，"
    "并公布十二三四八热线和各区县法律援助中心的地址、电话，方便群众就近咨询。", "二、工作要求",
    "各单位要明确一名联络员，月底前报送活动情况。", "临江市司法局", "2026年3月10日",
]  # fmt: skip
TRADITIONAL = [
    "臨江市司法局關於開展法律援助宣傳月活動的通知", "臨司〔2026〕31號", "各區縣司法局：",
    "現就有關事項通知如下。", "臨江市司法局", "二〇二六年三月十日",
]  # fmt: skip
PAGES = """
#set page(paper: "a4", margin: 2.8cm, footer: context align(center, text(10pt)[— #counter(page).display() —]))
#set text(font: "Noto Sans SC", size: 16pt, lang: "zh")
#set par(first-line-indent: (amount: 2em, all: true), justify: true, leading: 1.2em, spacing: 1.2em)
#let lines = json(bytes(sys.inputs.lines))
#for (place, line) in lines.enumerate() {
  if place < 3 { align(center, text(if place == 2 { 26pt } else { 16pt }, line)) }
  else if place >= lines.len() - 2 { align(right, line) }
  else { par(line) }
}
"""


def word(*lines: str) -> bytes:
    document, target = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(target)
    return target.getvalue()


def word_with(xml: str, *lines: str) -> bytes:
    """A Word document whose last paragraph has this inside; `w:` is the usual namespace."""
    document, target = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    inside = parse_xml(f"<w:p {nsdecls('w')}>{xml}</w:p>")
    document.element.body.append(inside)
    document.save(target)
    return target.getvalue()


def pdf(lines: Sequence[str]) -> bytes:
    """Set like an official letter: number and title centred, paragraphs indented, numbered pages."""
    made: bytes = typst.compile(  # type: ignore[misc]
        PAGES.encode(), font_paths=[str(fonts())], ignore_system_fonts=True,
        sys_inputs={"lines": json.dumps(list(lines), ensure_ascii=False)},
    )  # fmt: skip
    return made


def zipped(*names: str, **contents: str) -> bytes:
    """A zip with these entries. `contents`: by the entry's last name with `_` for the dot; else `x`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name.rpartition("/")[2].replace(".", "_"), "x"))
    return target.getvalue()
