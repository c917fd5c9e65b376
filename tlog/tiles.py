"""C2SP tlog-tiles: names and bytes of tiles and entry bundles, and which of them a tree has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tlog.text import HASH, Malformed, number

WIDTH = 256  # hashes of a full tile, entries of a full bundle
LEVELS = 64
LONGEST_ENTRY = 65_535  # bytes: the length is a uint16
PATH = re.compile(
    r"tile/(?P<level>[0-9]{1,2}|entries)/(?P<n>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?"
)


class Tile(NamedTuple):
    """`width` node hashes of height 8·level, beginning with number 256·n."""

    level: int
    n: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_place(self.n, self.width)}"

    def split(self, data: bytes) -> list[bytes]:
        """Its hashes. Raises Malformed when `data` is not as long as the tile is wide."""
        if len(data) != self.width * HASH:
            raise Malformed(f"{self.path} has {len(data)} bytes")
        return [data[at : at + HASH] for at in range(0, len(data), HASH)]


class Bundle(NamedTuple):
    """`width` entries, beginning with entry 256·n."""

    n: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        return f"tile/entries/{_place(self.n, self.width)}"

    def split(self, data: bytes) -> list[bytes]:
        """Its entries. Raises Malformed when there are not exactly `width` of them."""
        entries, at = [], 0
        while at < len(data):
            start = at + 2
            at = start + int.from_bytes(data[at:start], "big")
            entries.append(data[start:at])
        if at != len(data) or len(entries) != self.width:
            raise Malformed(f"{self.path} is cut off or holds {len(entries)} entries")
        return entries


def pack(entries: Sequence[bytes]) -> bytes:
    """The bytes of a bundle: each entry after its length (uint16, big-endian)."""
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise Malformed("an entry is longer than 65,535 bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_path(path: str) -> Tile | Bundle:
    """The tile or bundle named by `path`; every one has exactly one name. Raises Malformed."""
    found = PATH.fullmatch(path)
    if not found:
        raise Malformed("not the path of a tile")
    n = int(re.sub("[x/]", "", found["n"]))
    width = number(found["width"]) if found["width"] else WIDTH
    level = 0 if found["level"] == "entries" else number(found["level"])
    named = Bundle(n, width) if found["level"] == "entries" else Tile(level, n, width)
    if named.path != path or not 1 <= width <= WIDTH or level >= LEVELS:
        raise Malformed("not the path of a tile")
    return named


def width_at(size: int, level: int, n: int) -> int:
    """How wide tile n of a level is in the tree of `size` leaves; 0 where it has none."""
    return max(0, min(WIDTH, (size >> (8 * level)) - WIDTH * n))


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of the tree of `size` leaves, without those the tree of `since` leaves had already."""
    for level in range(LEVELS):
        before, now = since >> (8 * level), size >> (8 * level)
        if now == before:
            return
        for n in range(before // WIDTH, -(-now // WIDTH)):
            yield Tile(level, n, width_at(size, level, n))


def bundles_of(size: int, since: int = 0) -> Iterator[Bundle]:
    """The entry bundles of the log of `size` entries, without those it had at `since` entries."""
    if size > since:
        for n in range(since // WIDTH, -(-size // WIDTH)):
            yield Bundle(n, width_at(size, 0, n))


def _place(n: int, width: int) -> str:
    """Tile 1234067 is at x001/x234/067; a partial one in a folder `.p`."""
    parts = [f"{n % 1000:03}"]
    while n := n // 1000:
        parts.append(f"x{n % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return "/".join(reversed(parts)) + partial
