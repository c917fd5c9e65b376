"""A picture that stands for the photograph of a notice board: the story has no camera."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import typst

PAGE = """
#set page(width: 16cm, height: 12cm, margin: 1.2cm, fill: rgb("#8a6a48"))
#set text(font: "Noto Sans SC", lang: "zh", size: 11pt)
#block(width: 100%, height: 100%, fill: rgb("#f7f3ea"), stroke: 3pt + rgb("#5d452c"), inset: 1.2cm)[
  #align(center)[
    #text(fill: rgb("#a61b1b"), size: 15pt, sys.inputs.agency + " 公开栏")
    #v(0.8cm)
    #text(size: 18pt, weight: "bold", sys.inputs.title)
    #v(0.6cm)
    #text(size: 11pt, "张贴日期：" + sys.inputs.day)
    #v(1fr)
    #text(size: 9pt, fill: gray, "演示用图，代替公开栏实拍照片")
  ]
]
"""


def board_photo(agency: str, title: str, day: str) -> bytes:
    """PNG of the board with this notice on it; `day` as people write it."""
    folder = Path(str(files("justmytype_intl_cjk"))) / "fonts/ofl/notosanssc"
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
    return typst.compile(
        PAGE.encode(),
        font_paths=fonts,
        format="png",
        ppi=110.0,
        sys_inputs={"agency": agency, "title": title, "day": day},
    )
