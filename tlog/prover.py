"""Roots and proofs computed from tiles (RFC 6962 2.1 over C2SP tlog-tiles). Pure.

A proof is a list of ranges of leaves, each the root of its leaves. Who reads tiles asynchronously asks
`needed` first, fetches, and gives the mapping's `__getitem__` as `read`:

    ranges = inclusion_ranges(index, size)
    tiles = {tile: await fetch(tile) for tile in needed(ranges, size)}
    proof = hashes(ranges, size, tiles.__getitem__)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from tlog.merkle import EMPTY, HEIGHT, node_hash, root_of, split
from tlog.tiles import WIDTH, Tile, width_at

Read = Callable[[Tile], bytes]


class Range(NamedTuple):
    """The leaves from `first` up to `end`, without `end`."""

    first: int
    end: int


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What the audit path of one leaf consists of (RFC 6962 2.1.1), nearest first."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    first, end, found = 0, size, list[Range]()
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            found.append(Range(middle, end))
            end = middle
        else:
            found.append(Range(first, middle))
            first = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """What the proof consists of that `old` leaves are the beginning of `new` (RFC 6962 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} has no beginning of {old}")
    if old in (0, new):
        return []
    first, end, found = 0, new, list[Range]()
    while end != old:
        middle = first + split(end - first)
        if old <= middle:
            found.append(Range(middle, end))
            end = middle
        else:
            found.append(Range(first, middle))
            first = middle
    return ([Range(first, end)] if first else []) + found[::-1]


def needed(ranges: Iterable[Range], size: int) -> list[Tile]:
    """The tiles of the tree of `size` leaves that have to be read, each once."""
    return list(dict.fromkeys(tile for one in ranges for tile, _, _ in _places(one, size)))


def hashes(ranges: Iterable[Range], size: int, read: Read) -> list[bytes]:
    """The root of each range, from tiles of the tree of `size` leaves. Raises Malformed."""
    parts = cache(lambda tile: tile.split(read(tile)))

    def root(one: Range) -> bytes:
        peaks = [
            root_of(parts(tile)[start : start + count]) for tile, start, count in _places(one, size)
        ]
        node = peaks.pop()
        while peaks:
            node = node_hash(peaks.pop(), node)
        return node

    return [root(one) for one in ranges]


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves."""
    return hashes(inclusion_ranges(index, size), size, read)


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """The proof from `old` to `new`, from tiles of the newer tree; empty from nothing or to itself."""
    return hashes(consistency_ranges(old, new), new, read)


def root(size: int, read: Read, within: int | None = None) -> bytes:
    """The root of `size` leaves, read from the tiles of a tree of `within` (without it, of `size`)."""
    if size == 0:
        return EMPTY
    return hashes([Range(0, size)], size if within is None else within, read)[0]


def _places(one: Range, size: int) -> Iterator[tuple[Tile, int, int]]:
    """The complete subtrees of a range, from the left: tile, first entry in it, number of entries."""
    first, end = one
    while first < end:
        height = (end - first).bit_length() - 1
        level, rest = divmod(height, HEIGHT)
        n, start = divmod(first >> (level * HEIGHT), WIDTH)
        yield Tile(level, n, width_at(size, level, n)), start, 1 << rest
        first += 1 << height
