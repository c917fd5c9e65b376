"""The only writer of the ledger (台账): leaves, sealed records, index, tiles and head in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import structlog

from services.audit import findings, intake
from services.audit.domain.entry import Received, leaf
from services.audit.domain.index import row_of
from services.audit.intake import Addition
from services.audit.vault import Vault, seal
from shared.db import Db
from tlog.merkle import Node, Tree, leaf_hash, reload

WRITER = 7_010  # session advisory lock: one writer
TILE = 256
log = structlog.get_logger()


class LostLead(Exception):
    """Somebody else has written: this writer stops and starts over."""


class Damaged(Exception):
    """Head and tiles disagree: nothing is appended to a ledger that was changed."""


@dataclass
class Ledger:
    """The ledger while this process leads. After any error it is dropped and opened anew."""

    db: Db
    vault: Vault
    epoch: int
    tree: Tree
    edge: dict[int, bytes] = field(default_factory=dict)  # level -> the growing tile

    async def append(self, records: Sequence[Received]) -> int:
        """Take records in, each event once whatever was delivered; returns how many leaves were added.

        Leaves and the place in the topics commit together. Raises LostLead.
        """
        async with self.db.transaction():
            await self._fence()
            additions = await intake.new_ones(self.db, self.vault, records)
            if additions:
                await self._write(additions)
            await self._move_on(records)
        return len(additions)

    async def _fence(self) -> None:
        """The head must be as we left it: lock, epoch and size all have to agree."""
        head = await self.db.fetchrow("SELECT size, epoch FROM ledger_head FOR UPDATE")
        if (head["size"], head["epoch"]) != (self.tree.size, self.epoch):
            raise LostLead(f"head is {dict(head)}, ours {self.tree.size} in {self.epoch}")

    async def _write(self, additions: Sequence[Addition]) -> None:
        start = self.tree.size
        leaves = [leaf(a.entry, a.dek, a.handle) for a in additions]
        nodes = [node for data in leaves for node in self.tree.append(leaf_hash(data))]
        await self.db.copy_records_to_table("ledger_leaf", records=list(enumerate(leaves, start)))
        await self.db.copy_records_to_table(
            "ledger_payload",
            records=[
                (n, a.handle, seal(a.dek, a.entry.id, a.entry.framed))
                for n, a in enumerate(additions, start)
            ],
        )
        known = await findings.versions(self.db, additions)
        await self._index(start, additions)
        await self._tiles(nodes)
        await findings.record(self.db, start, additions, known)
        moved = await self.db.execute(
            "UPDATE ledger_head SET size = $1, root = $2 WHERE size = $3 AND epoch = $4",
            self.tree.size,
            self.tree.root(),
            start,
            self.epoch,
        )
        if moved != "UPDATE 1":
            raise LostLead("the head has moved")

    async def _index(self, start: int, additions: Sequence[Addition]) -> None:
        # COPY is not possible on a table with row-level security.
        rows = [row_of(addition.entry) for addition in additions]
        columns = [
            list(column) for column in zip(*(vars(row).values() for row in rows), strict=True)
        ]
        await self.db.execute(
            "INSERT INTO ledger_event (idx, id, type, service, stream, subject, version, position,"
            " agency, actor, correlation, occurred_at, kafka_at, item)"
            " SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[],"
            " $6::text[], $7::int[], $8::bigint[], $9::text[], $10::text[], $11::text[],"
            " $12::timestamptz[], $13::timestamptz[], $14::text[])",
            list(range(start, start + len(rows))),
            *columns,
        )

    async def _tiles(self, nodes: Sequence[Node]) -> None:
        changed: dict[tuple[int, int], bytes] = {}
        for level, place, digest in nodes:
            before = self.edge.get(level, b"") if place % TILE else b""
            self.edge[level] = changed[level, place // TILE] = before + digest
        await self.db.executemany(
            "INSERT INTO ledger_tile (level, n, width, data) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (level, n) DO UPDATE SET width = excluded.width, data = excluded.data",
            [(level, n, len(data) // 32, data) for (level, n), data in changed.items()],
        )

    async def _move_on(self, records: Sequence[Received]) -> None:
        last = {(r.topic, r.partition, r.generation): r for r in records}
        await self.db.executemany(
            "INSERT INTO ledger_source (topic, part, generation, next_offset, anchor)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (topic, part, generation) DO UPDATE"
            " SET next_offset = excluded.next_offset, anchor = excluded.anchor"
            " WHERE excluded.next_offset > ledger_source.next_offset",
            [(*place, record.offset + 1, record.anchor) for place, record in last.items()],
        )


@asynccontextmanager
async def leading(dsn: str, vault: Vault) -> AsyncIterator[Ledger]:
    """Wait until no other writer leads, then open the ledger. Raises Damaged.

    The lock lies on the connection that writes: when one is gone, so is the other.
    """
    settings = {"jit": "off", "plan_cache_mode": "force_custom_plan", "timezone": "UTC"}
    db = await asyncpg.connect(dsn, server_settings=settings)
    try:
        await db.execute("SELECT pg_advisory_lock($1)", WRITER, timeout=None)
        epoch = await db.fetchval("UPDATE ledger_head SET epoch = epoch + 1 RETURNING epoch")
        ledger = await _opened(db, vault, epoch)
        log.info("leading the ledger", epoch=epoch, size=ledger.tree.size)
        yield ledger
    finally:
        db.terminate()


async def _opened(db: Db, vault: Vault, epoch: int) -> Ledger:
    """Read the right edge and hold it against the head."""
    head = await db.fetchrow("SELECT size, root FROM ledger_head")
    size, edge = head["size"], {}
    for level in range(size.bit_length() // 8 + 1):
        place = size >> (8 * level)
        if place % TILE:  # a full tile is no longer at the edge
            edge[level] = await _tile(db, level, place // TILE)

    def entries(level: int, start: int, count: int) -> list[bytes]:
        data, first = edge.get(level, b""), start % TILE
        return [data[32 * n : 32 * n + 32] for n in range(first, first + count)]

    tree = reload(size, entries)
    whole = all(len(edge[at]) == (size >> (8 * at)) % TILE * 32 for at in edge)
    if tree.root() != head["root"] or not whole:
        raise Damaged("the tiles do not lead to the root of the head")
    return Ledger(db, vault, epoch, tree, edge)


async def _tile(db: Db, level: int, n: int) -> bytes:
    data = await db.fetchval("SELECT data FROM ledger_tile WHERE level = $1 AND n = $2", level, n)
    return data or b""
