"""Words and dates as documents write them, made plain for recognising."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache

from opencc import OpenCC

PINYIN = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)")
NUMERIC = r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})"  # year, month, day
FOUNDED = date(1949, 10, 1)
NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


@cache
def _simplifying() -> OpenCC:
    return OpenCC("t2s")


def folded(text: str) -> str:
    """For recognising: NFKC, simplified characters, no injected pinyin. The text itself stays as typed."""
    plain = unicodedata.normalize("NFKC", _simplifying().convert(text))
    return PINYIN.sub("", plain)


def number_of(text: str) -> int:
    """一 … 三十一."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(NUMERALS))
    return (int(tens.translate(NUMERALS)) if tens else 1) * 10 + (
        int(ones.translate(NUMERALS)) if ones else 0
    )


def date_of(year: str, month: str, day: str) -> date | None:
    """None for what is no day of the People's Republic."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found >= FOUNDED else None
