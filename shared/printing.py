"""Pages for paper: Typst layouts in the Chinese font that comes with the product, and QR codes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import segno
import typst


def pdf(layout: str, data: Mapping[str, Any], **inputs: str) -> bytes:
    """The layout as PDF. It finds `data` as JSON in `sys.inputs.data`, and `inputs` beside it."""
    given = {"data": json.dumps(data, ensure_ascii=False), **inputs}
    compiled: bytes = typst.compile(  # type: ignore[misc]
        layout.encode(), font_paths=[str(fonts())], ignore_system_fonts=True, sys_inputs=given
    )
    return compiled


def qr(text: str, error: str = "m") -> str:
    """A QR code as SVG. `error` is the level of correction: l, m, q or h."""
    out = io.BytesIO()
    code = segno.make(text, error=error, micro=False, boost_error=False)
    code.save(out, kind="svg", xmldecl=False, border=1, scale=4)
    return out.getvalue().decode()


def fonts() -> Path:
    """The folder of the Chinese font."""
    return Path(str(resources.files("justmytype_intl_cjk"))) / "fonts" / "ofl" / "notosanssc"
