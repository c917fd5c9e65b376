"""Receipt numbers (回执号): agency code, day, serial, and four check characters outsiders cannot guess."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

# No 0/O, 1/I/L, U: they are read out over the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
FORM = re.compile(r"^([0-9A-Z]{1,30}?)-?(\d{8})-(\d{4,7})-([0-9A-Z]{4})$")


@dataclass(frozen=True)
class Receipt:
    """`number` stands in the fact; `code` is the agency's."""

    code: str
    number: str


def number(code: str, day: date, serial: int) -> str:
    return f"{code}-{day:%Y%m%d}-{serial:04}"


def check(key: bytes, number: str) -> str:
    """Four characters (19.6 bits) only we can compute, so that a receipt is not found by counting."""
    digest = hmac.new(key, b"receipt\n" + number.encode(), sha256).digest()
    value = int.from_bytes(digest[:8], "big")
    return "".join(ALPHABET[value // len(ALPHABET) ** place % len(ALPHABET)] for place in range(4))


def shown(key: bytes, number: str) -> str:
    """What the citizen is given."""
    return f"{number}-{check(key, number)}"


def parse(key: bytes, typed: str) -> Receipt | None:
    """Read what a citizen typed; spaces, case and full-width signs do not matter. None when not ours."""
    plain = re.sub(r"\s", "", typed.translate(WIDE)).upper()
    found = FORM.match(plain)
    if found is None:
        return None
    code, day, serial, given = found.groups()
    bare = f"{code}-{day}-{serial}"
    return Receipt(code, bare) if hmac.compare_digest(check(key, bare), given) else None


WIDE = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x2014: "-", 0x2013: "-", 0x3000: " "}
