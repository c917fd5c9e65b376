"""Which versions of a stream are missing: a stream has no gaps, because every fact is published. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def missing(known: int, arrived: Iterable[int]) -> list[tuple[int, int]]:
    """The ranges (first, last) between `known`, the highest version so far, and those that arrived."""
    ranges, last = [], known
    for version in sorted(set(arrived)):
        if version > last + 1:
            ranges.append((last + 1, version - 1))
        last = max(last, version)
    return ranges
