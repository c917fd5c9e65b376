"""The documents disclosed on the way: a real one where this machine has it, and one of our own."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import docx

from deploy.embedded.household import ROOT

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
REAL = ROOT.parent / "shared/source-documents/002_de36fc5cda0ee0c9.txt"
OWN = """临江市司法局关于公布法律服务热线夜间值班安排的公告
临司〔2026〕58号
为方便上班的市民在晚间咨询，自下月一日起，法律服务热线延长服务至每日二十二时。
一、值班安排。工作日和周六由执业律师轮流值班，周日由公证员值班，节假日照常。
二、咨询范围。婚姻家庭、劳动报酬、房屋租赁、消费维权等日常法律问题均可咨询，不收取费用。
三、记录与回访。每一次咨询均有记录，七日内由热线中心回访，回访结果每季度公布。
咨询人可以要求更换值班人员，也可以对答复提出意见。
临江市司法局"""


@dataclass(frozen=True)
class Document:
    """A file as a clerk has it, and the sentences by which its text is known again."""

    name: str
    kind: str
    data: bytes = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)


def real_or_own() -> Document:
    """One of the five imported documents, when they are there."""
    return _real(REAL) if REAL.exists() else own()


def own() -> Document:
    """Made as Word makes it."""
    made, out = docx.Document(), io.BytesIO()
    for line in OWN.splitlines():
        made.add_paragraph(line)
    made.save(out)
    return Document("夜间值班公告.docx", DOCX, out.getvalue(), _sentences(OWN))


def _real(path: Path) -> Document:
    data = path.read_bytes()
    return Document("实施方案.txt", "text/plain", data, _sentences(data.decode("utf-8")))


def _sentences(text: str) -> tuple[str, ...]:
    """The first, middle and last of the long ones, without their white space."""
    long = [one for one in map(squeezed, text.splitlines()) if len(one) > 30]
    return tuple(one[:40] for one in (long[0], long[len(long) // 2], long[-1]))


def squeezed(text: str) -> str:
    """Without white space: what a page or a PDF breaks into lines compares as one."""
    return re.sub(r"\s+", "", text)
