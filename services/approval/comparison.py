"""What changed since the last revision that was under review: paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from typing import Literal

from services.approval.domain.manifest import Content

MOST = 3_000  # paragraphs; beyond this a comparison takes too long to wait for
BREAK = re.compile(r"(?i)<(?:/p|/h[1-6]|/li|/tr|/div|/blockquote|br\s*/?)>")
CELL = re.compile(r"(?i)</t[dh]>")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Change:
    """A paragraph that is the same, new, or gone."""

    kind: Literal["SAME", "ADDED", "REMOVED"]
    text: str


def paragraphs(html: str) -> list[str]:
    """The text of each block, without markup."""
    lines = TAG.sub("", BREAK.sub("\n", CELL.sub(" | ", html))).split("\n")
    return [line for raw in lines if (line := " ".join(unescape(raw).split()))]


def compare(old: Content, new: Content) -> tuple[Change, ...] | None:
    """Changes from old to new; None when the texts are too long to compare."""
    before, after = _lines(old), _lines(new)
    if max(len(before), len(after)) > MOST:
        return None
    return tuple(_changes(before, after))


def _lines(content: Content) -> list[str]:
    manifest = content.manifest
    head = [f"标题：{manifest.title}", f"文号：{manifest.doc_no or '无'}"]
    files = [f"附件：{part.name}（{part.sha256[:12]}）" for part in content.files]
    return [*head, *paragraphs(content.body), *files]


def _changes(before: list[str], after: list[str]) -> Iterator[Change]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Change("SAME", text) for text in after[c:d])
        else:
            yield from (Change("REMOVED", text) for text in before[a:b])
            yield from (Change("ADDED", text) for text in after[c:d])
