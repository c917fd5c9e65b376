"""《审计日志封存公告》: one A4 page to be stamped and hung up; its QR code holds the whole note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.pages import moment
from shared.printing import pdf, qr
from shared.workdays import chinese
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note
from tlog.policy import Policy, judge
from tlog.text import base64

LISTED = 14  # agencies with their counts; the rest is one line
LAYOUT = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set page(paper: "a4", margin: (x: 2.2cm, top: 1.8cm, bottom: 1.6cm))
#set text(font: "Noto Sans SC", size: 10.5pt, lang: "zh", region: "cn")
#set par(leading: .75em, spacing: .8em)
#align(center, text(22pt, weight: 700, fill: rgb("#9b1b20"), data.title))
#align(center, text(12pt, data.day))
#line(length: 100%, stroke: 1.4pt + rgb("#9b1b20"))
#let row(name, body) = (text(fill: luma(80), name), body)
#grid(columns: (2.6cm, 1fr), row-gutter: 9pt, column-gutter: 8pt,
  ..row("台账", data.origin),
  ..row("条数", data.size),
  ..row("当日新增", data.added),
  ..row("根", raw(data.root)),
  ..row("", text(9.5pt, raw(data.hex))),
  ..row("前一公告", data.before),
  ..row("见证", for line in data.witnesses [#line #linebreak()]),
)
#v(2pt)
#if data.counts.len() > 0 [
  #text(fill: luma(80))[当日各机关记录数]
  #grid(columns: (1fr, 1fr), row-gutter: 6pt, column-gutter: 18pt,
    ..data.counts.map(c => grid(columns: (1fr, auto), c.at(0), c.at(1))))
]
#v(1fr)
#grid(columns: (6.4cm, 1fr), gutter: 14pt, align: (left, bottom),
  image(bytes(sys.inputs.qr), format: "svg", width: 6.4cm, alt: "存档点二维码"),
  text(9.5pt)[
    二维码是本日存档点全文，请扫描后另行保存。以后任何人改写本日以前的记录，均与本公告不符。 #linebreak()
    核验：python gongkai_verify.py anchor 存档点.txt #linebreak()
    网上公开：#data.url #linebreak() #v(4pt)
    信任策略指纹（SHA-256）： #linebreak() #text(8.5pt, raw(data.fingerprint)) #v(8pt)
    #let blank = box(width: 4.5cm, stroke: (bottom: .6pt))[]
    #align(right)[封存单位（盖章）：#blank #v(6pt) 张贴日期：#blank]
  ])
"""


@dataclass(frozen=True)
class Notice:
    """What is printed. `counts`: entries taken in since the notice before, by agency."""

    day: date
    note: str
    before: str | None
    before_day: date | None
    counts: tuple[tuple[str, int], ...]
    policy: Policy
    url: str
    fingerprint: str  # of the policy file


def notice_pdf(notice: Notice) -> bytes:
    """One page, whatever the number of agencies."""
    verdict = judge(notice.policy, parse_note(notice.note.encode()))
    tree = verdict.checkpoint
    before = checkpoint_of(parse_note(notice.before.encode())) if notice.before else None
    first = before.size if before else 0
    witnesses = [
        f"{name}：{moment(datetime.fromtimestamp(times[0], UTC))}"
        for name, times in verdict.times.items()
    ]
    data = {
        "title": "审计日志封存公告",
        "day": chinese(notice.day),
        "origin": tree.origin,
        "size": f"{tree.size} 条（第 0 条至第 {tree.size - 1} 条）",
        "added": f"{tree.size - first} 条",
        "root": base64(tree.root),
        "hex": grouped(tree.root),
        "before": _before(notice, first, before.root if before else b""),
        "witnesses": witnesses or ["无"],
        "counts": _listed(notice.counts),
        "url": f"{notice.url}/anchors/{notice.day.isoformat()}.txt",
        "fingerprint": notice.fingerprint,
    }
    return pdf(LAYOUT, data, qr=qr(notice.note, error="l"))


def grouped(root: bytes) -> str:
    """Hexadecimal in groups of four: to be read aloud and compared by eye."""
    digits = root.hex()
    return " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))


def _before(notice: Notice, size: int, root: bytes) -> str:
    if notice.before_day is None:
        return "无（首日）"
    return f"{chinese(notice.before_day)}，{size} 条，根 {base64(root)}"


def _listed(counts: tuple[tuple[str, int], ...]) -> list[list[str]]:
    shown = [[name, str(n)] for name, n in counts[:LISTED]]
    rest = sum(n for _, n in counts[LISTED:])
    return [*shown, [f"其余 {len(counts) - LISTED} 个机关", str(rest)]] if rest else shown
