"""Words out of safe HTML: paragraphs for paper, digests, and folded text for search."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

from opencc import OpenCC

BREAKS = re.compile(r"</(?:p|h2|h3|h4|li|tr|caption|blockquote)>|<br\s*/?>")
TAGS = re.compile(r"<[^>]+>")
WORDS = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")


def paragraphs(body: str) -> tuple[str, ...]:
    """The paragraphs of a body without markup."""
    lines = TAGS.sub("", BREAKS.sub("\n", body)).splitlines()
    return tuple(text for line in lines if (text := html.unescape(line).strip()))


def plain_text(body: str) -> str:
    return "\n".join(paragraphs(body))


def digest_of(body: str, length: int = 100) -> str:
    """The beginning of the text."""
    text = plain_text(body).replace("\n", " ")
    return text if len(text) <= length else text[: length - 1] + "…"


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def folded(text: str) -> str:
    """For search: simplified characters, NFKC, lower case. The shown text stays as it is."""
    return unicodedata.normalize("NFKC", _simplifier().convert(text)).lower()


def same_length(text: str) -> str:
    """Folded character by character where that keeps the length, to mark hits in the text as it is."""
    return "".join(_folded_alone(character) for character in text)


@cache
def _folded_alone(character: str) -> str:
    alone = folded(character)
    return alone if len(alone) == 1 else character


def grams(text: str) -> list[str]:
    """Two-character pieces of Chinese runs, whole words of others; single characters as they are."""
    found: set[str] = set()
    for run in WORDS.findall(folded(text)):
        if run[0].isascii() or len(run) == 1:
            found.add(run)
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return sorted(found)
