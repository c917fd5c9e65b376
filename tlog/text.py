"""The few textual forms that all C2SP formats share, read strictly: one value has one spelling. Pure."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

HASH = 32  # bytes
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
LARGEST = 2**63 - 1


class Malformed(ValueError):
    """Text or bytes that are not in the format they should be in."""


def number(text: str) -> int:
    """A decimal without sign, leading zeroes or anything else. Raises Malformed."""
    if not DECIMAL.fullmatch(text) or int(text) > LARGEST:
        raise Malformed("not a decimal number")
    return int(text)


def base64(data: bytes) -> str:
    """RFC 4648 part 4, with padding."""
    return b64encode(data).decode()


def unbase64(text: str) -> bytes:
    """The reverse; refuses every other spelling of the same bytes. Raises Malformed."""
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:  # of the alphabet, the padding, or beyond ASCII
        raise Malformed("not base64") from error
    if base64(data) != text:
        raise Malformed("not the canonical base64")
    return data


def hash_from(text: str) -> bytes:
    """One SHA-256 hash in base64. Raises Malformed."""
    data = unbase64(text)
    if len(data) != HASH:
        raise Malformed("not 32 bytes")
    return data


def decoded(data: bytes) -> str:
    """UTF-8. Raises Malformed."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
