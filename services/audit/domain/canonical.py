"""Canonical JSON for leaves: the part of RFC 8785 on which orjson is byte-identical. Pure.

ASCII keys, no floats, no null, integers within ±(2^53 − 1): what lies outside is refused, not bent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

SAFE = 2**53 - 1
Value = str | int | Sequence["Value"] | Mapping[str, "Value"]
HOW = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


class NotCanonical(ValueError):
    """A value that other programs might write differently."""


def canonical(fields: Mapping[str, Value]) -> bytes:
    """The one way to write these fields. Raises NotCanonical."""
    _check_all(fields)
    return written(fields)


def written(fields: Mapping[str, Value]) -> bytes:
    """The same for fields whose types are known to be right. Raises NotCanonical."""
    try:
        return orjson.dumps(fields, option=HOW)
    except TypeError as error:  # lone surrogates, integers too large
        raise NotCanonical(str(error)) from error


def _check_all(fields: Mapping[str, Value]) -> None:
    for key, value in fields.items():
        if not isinstance(key, str) or not key.isascii():
            raise NotCanonical(f"key {key!r}")
        _check(value)


def _check(value: object) -> None:
    if isinstance(value, list | tuple):
        for part in value:
            _check(part)
    elif isinstance(value, dict):
        _check_all(value)
    elif isinstance(value, bool) or not isinstance(value, str | int):
        raise NotCanonical(f"value {value!r}")
    elif isinstance(value, int) and abs(value) > SAFE:
        raise NotCanonical(f"integer {value}")
