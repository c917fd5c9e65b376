"""Notice-board poster 公开栏: a PDF with the text, its dates, its proof, and a QR code to the item's page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from shared.printing import pdf, qr
from shared.workdays import chinese


@dataclass(frozen=True)
class Poster:
    """What is printed. `post_until` None: open end; `url`: the public page, if it has one."""

    title: str
    doc_no: str | None
    index_no: str
    agency_name: str
    paragraphs: tuple[str, ...]
    published_on: date
    post_until: date | None
    url: str | None
    manifest_hash: str


LAYOUT = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set page(paper: sys.inputs.paper, margin: (x: 2.2cm, top: 2cm, bottom: 2.4cm),
  footer: context align(center, text(8pt, fill: luma(90))[#counter(page).display("1 / 1", both: true)]))
#set text(font: "Noto Sans SC", size: 12pt, lang: "zh", region: "cn")
#set par(leading: 1em, spacing: 1em, first-line-indent: (amount: 2em, all: true), justify: true)
#align(center, text(26pt, weight: 700, fill: rgb("#9b1b20"), data.agency_name))
#align(center, text(11pt, data.doc_no))
#line(length: 100%, stroke: 1.6pt + rgb("#9b1b20"))
#v(6pt)
#align(center, text(19pt, weight: 700, data.title))
#v(6pt)
#for paragraph in data.paragraphs { par(paragraph) }
#v(1fr)
#block(breakable: false, width: 100%, inset: (top: 8pt), stroke: (top: 0.8pt + luma(120)))[
  #set par(first-line-indent: 0pt, leading: .7em)
  #grid(columns: if data.url == none { (1fr,) } else { (1fr, 2.6cm) }, gutter: 12pt,
    text(9.5pt)[
      索引号：#data.index_no #linebreak()
      公开日期：#data.published #linebreak()
      公示期限：#data.until #linebreak()
      内容校验值：#data.manifest_hash.slice(0, 32) #linebreak()
      #data.manifest_hash.slice(32) #linebreak()
      #if data.url != none [网页：#data.url]
    ],
    ..if data.url == none { () } else {
      (image(bytes(sys.inputs.qr), format: "svg", width: 2.6cm, alt: "网页二维码"),)
    })
]
"""


def poster_pdf(poster: Poster, paper: Literal["a4", "a3"] = "a4") -> bytes:
    """The poster as PDF; long texts go on to further pages."""
    data = asdict(poster) | {
        "doc_no": poster.doc_no or "",
        "published": chinese(poster.published_on),
        "until": f"至{chinese(poster.post_until)}" if poster.post_until else "长期",
    }
    data.pop("published_on")
    data.pop("post_until")
    code = {"qr": qr(poster.url)} if poster.url else {}
    return pdf(LAYOUT, data, paper=paper, **code)
