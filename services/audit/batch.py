"""A batch of entries, computed before its turn and written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.audit import findings
from services.audit.domain.index import row_of
from services.audit.domain.leaf import leaf
from services.audit.domain.received import Received
from services.audit.intake import Addition, sliced
from services.audit.vault import seal
from shared.db import Db
from tlog.merkle import Node, Tree, leaf_hash
from tlog.tiles import WIDTH

Tiles = dict[tuple[int, int], bytes]
# A table of this session: COPY is not possible into one with row-level security.
STAGE = "indexing"
STAGED = "CREATE TEMPORARY TABLE indexing (LIKE ledger_event) ON COMMIT DELETE ROWS"
INDEXED = """
INSERT INTO ledger_event (idx, id, type, service, stream, subject, version, position, agency, actor,
    correlation, occurred_at, kafka_at, item) SELECT * FROM indexing
"""


@dataclass(frozen=True)
class Batch:
    """All that goes into the tables. `start` is the size before, `size` and `root` are those after."""

    start: int
    size: int
    root: bytes
    additions: Sequence[Addition]
    leaves: Sequence[bytes]
    sealed: Sequence[bytes]
    tiles: Tiles
    keys: Sequence[tuple[str, bytes]]
    records: Sequence[Received] = ()


@dataclass
class Edge:
    """The growing right edge: the tree's peaks, and the tile of each level that is not full yet."""

    tree: Tree
    tiles: dict[int, bytes]

    def grow(self, leaves: Sequence[bytes]) -> Tiles:
        """Append leaves; returns the tiles that changed, as they are now."""
        grown = dict[tuple[int, int], bytearray]()
        for data in leaves:
            for node in self.tree.append(leaf_hash(data)):
                self._place(node, grown)
        changed = {place: bytes(hashes) for place, hashes in grown.items()}
        self.tiles |= {level: hashes for (level, _), hashes in changed.items()}
        return changed

    def _place(self, node: Node, grown: dict[tuple[int, int], bytearray]) -> None:
        place = (node.level, node.place // WIDTH)
        if place not in grown:
            before = self.tiles.get(node.level, b"") if node.place % WIDTH else b""
            grown[place] = bytearray(before)
        grown[place] += node.hash


async def computed(
    edge: Edge,
    additions: Sequence[Addition],
    keys: Sequence[tuple[str, bytes]],
    records: Sequence[Received] = (),
) -> Batch:
    """Leaves, sealed records and tiles of these additions; the edge has grown by them."""
    start = edge.tree.size
    leaves, sealed = [], []
    async for a in sliced(additions):
        leaves.append(leaf(a.entry, a.pc, a.key.handle))
        sealed.append(seal(a.key.dek, a.entry.id, a.entry.framed))
    tiles = edge.grow(leaves)
    size, root = edge.tree.size, edge.tree.root()
    return Batch(start, size, root, additions, leaves, sealed, tiles, keys, records)


async def write(db: Db, batch: Batch) -> None:
    """Everything of a batch but the head, within the caller's transaction."""
    await _keys(db, batch.keys)
    await _copy(db, "ledger_leaf", enumerate(batch.leaves, batch.start))
    pairs = zip(batch.additions, batch.sealed, strict=True)
    rows = [(n, a.key.handle, data) for n, (a, data) in enumerate(pairs, batch.start)]
    await _copy(db, "ledger_payload", rows)
    known = await findings.versions(db, batch.additions)
    await _index(db, batch)
    await _tiles(db, batch.tiles)
    await findings.record(db, batch.start, batch.additions, known)


async def _copy(db: Db, table: str, rows: object) -> None:
    await db.copy_records_to_table(table, records=rows)


async def _keys(db: Db, keys: Sequence[tuple[str, bytes]]) -> None:
    if keys:
        await db.execute(
            "INSERT INTO vault_key (subject, wrapped)"
            " SELECT * FROM unnest($1::text[], $2::bytea[])",
            *(list(column) for column in zip(*keys, strict=True)),
        )


async def _index(db: Db, batch: Batch) -> None:
    rows = [
        (index, *row_of(addition.entry))
        for index, addition in enumerate(batch.additions, batch.start)
    ]
    await _copy(db, STAGE, rows)
    await db.execute(INDEXED)


async def _tiles(db: Db, tiles: Tiles) -> None:
    rows = [(level, n, len(data) // 32, data) for (level, n), data in tiles.items()]
    await db.execute(
        "INSERT INTO ledger_tile (level, n, width, data)"
        " SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::smallint[], $4::bytea[])"
        " ON CONFLICT (level, n) DO UPDATE SET width = excluded.width, data = excluded.data",
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def move_on(db: Db, records: Sequence[Received]) -> None:
    """The place in the topics, after these records."""
    last = {(r.topic, r.partition, r.generation): r for r in records}
    rows = [(*place, record.offset + 1, record.anchor) for place, record in last.items()]
    await db.execute(
        "INSERT INTO ledger_source (topic, part, generation, next_offset, anchor)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::bigint[], $5::bytea[])"
        " ON CONFLICT (topic, part, generation) DO UPDATE"
        " SET next_offset = excluded.next_offset, anchor = excluded.anchor"
        " WHERE excluded.next_offset > ledger_source.next_offset",
        *(list(column) for column in zip(*rows, strict=True)),
    )
