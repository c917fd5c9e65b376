"""Tiles and entries as they lie in the database; roots and proofs read from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.db import Db
from tlog import prover
from tlog.merkle import EMPTY
from tlog.prover import Range
from tlog.text import HASH
from tlog.tiles import Bundle, Tile

READ = """
SELECT t.level, t.n, t.data FROM ledger_tile t
JOIN unnest($1::smallint[], $2::bigint[]) AS w (level, n) USING (level, n)
"""
# The bundle's bytes are put together by the database: each entry after its length (uint16).
BUNDLES = """
SELECT idx / 256 AS n, string_agg(substr(int4send(octet_length(leaf)), 3) || leaf, '' ORDER BY idx) AS data
FROM ledger_leaf WHERE idx >= $1 AND idx < $2 GROUP BY 1 ORDER BY 1
"""


class NoTile(Exception):
    """The database does not hold what a tree of this size must have."""


async def read(db: Db, tiles: Sequence[Tile]) -> dict[Tile, bytes]:
    """A tile that has grown since is cut to the width asked for. Raises NoTile."""
    rows = await db.fetch(READ, [t.level for t in tiles], [t.n for t in tiles])
    stored = {(row["level"], row["n"]): row["data"] for row in rows}
    found = {tile: stored.get((tile.level, tile.n), b"")[: tile.width * HASH] for tile in tiles}
    for tile, data in found.items():
        if len(data) != tile.width * HASH:
            raise NoTile(tile.path)
    return found


async def bundles(db: Db, wanted: Sequence[Bundle]) -> dict[Bundle, bytes]:
    """Neighbouring bundles, in ascending order. Raises NoTile."""
    if not wanted:
        return {}
    first, last = wanted[0], wanted[-1]
    rows = await db.fetch(BUNDLES, first.n * 256, last.n * 256 + last.width)
    stored = {row["n"]: row["data"] for row in rows}
    if stored.keys() != {bundle.n for bundle in wanted}:
        raise NoTile(f"entries from {first.path} to {last.path}")
    return {bundle: stored[bundle.n] for bundle in wanted}


async def hashes(db: Db, ranges: Sequence[Range], size: int) -> list[bytes]:
    """The root of each range of leaves in the tree of `size`. Raises NoTile."""
    found = await read(db, prover.needed(ranges, size))
    return prover.hashes(ranges, size, found.__getitem__)


async def root(db: Db, size: int) -> bytes:
    """Of the first `size` leaves. Raises NoTile."""
    return (await hashes(db, [Range(0, size)], size))[0] if size else EMPTY


async def inclusion(db: Db, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf. Raises NoTile."""
    return await hashes(db, prover.inclusion_ranges(index, size), size)


async def consistency(db: Db, old: int, new: int) -> list[bytes]:
    """The proof that the first `old` leaves are the beginning of `new`. Raises NoTile."""
    return await hashes(db, prover.consistency_ranges(old, new), new)


async def edge(db: Db, size: int) -> list[bytes]:
    """The roots of the complete subtrees that make up the first `size` leaves, left-most first."""
    return await hashes(db, list(_peaks(size)), size)


def _peaks(size: int) -> Iterable[Range]:
    first = 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            yield Range(first, first + (1 << height))
            first += 1 << height
