"""Bodies of items: what people type or paste becomes safe HTML, and can be shown to them as they typed it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape

import nh3

from shared.errors import Invalid

MAX_BODY = 1_000_000  # characters
TAGS = {"p", "br", "h2", "h3", "h4", "strong", "em", "u", "ul", "ol", "li", "table", "thead",
        "tbody", "tr", "th", "td", "caption", "blockquote", "a", "sub", "sup"}  # fmt: skip
MARKUP = re.compile(r"<[A-Za-z/!]")
PARAGRAPHS = re.compile(r"(?:<p>[^<]*</p>)*")
BLOCK_END = re.compile(r"</(?:p|h[2-4]|li|tr|caption|blockquote)>|<br\s*/?>")
CELL_END = re.compile(r"</t[dh]>")
TAG = re.compile(r"<[^>]*>")


def paragraphs_html(lines: Iterable[str]) -> str:
    """Each non-empty line a paragraph; nothing in it is markup."""
    stripped = (line.strip() for line in lines)
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in stripped if line)


def safe_html(body: str) -> str:
    """What a person typed or pasted as safe HTML; plain text becomes paragraphs.

    Raises Invalid when it is longer than a million characters.
    """
    if len(body) > MAX_BODY:
        raise Invalid(
            f"正文过长：{len(body):,} 字，最多 {MAX_BODY:,} 字。请将长篇内容作为附件上传",
            field="body",
        )
    if not MARKUP.search(body):
        return paragraphs_html(body.splitlines())
    cleaned: str = nh3.clean(
        body,
        tags=TAGS,
        attributes={
            "a": {"href"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
        },
        url_schemes={"http", "https", "mailto"},
    )
    # Nothing but text was left of the markup.
    return cleaned if MARKUP.search(cleaned) else paragraphs_html(unescape(cleaned).splitlines())


def as_typed(body: str) -> str:
    """For the editor: plain paragraphs as lines; anything richer as the HTML it is.

    `safe_html(as_typed(body)) == body`: opening and saving an item changes nothing.
    """
    if not PARAGRAPHS.fullmatch(body):
        return body
    lines = unescape(body.replace("</p>", "\n")).replace("<p>", "").rstrip("\n")
    return lines if safe_html(lines) == body else body


def plain_text(body: str) -> str:
    """The words, a line for each block: to compare two versions."""
    text = TAG.sub("", BLOCK_END.sub("\n", CELL_END.sub("\t", body)))
    return unescape(text).strip()
