"""The only writer of the ledger (台账): leaves, sealed records, index, tiles and head in one transaction."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import structlog

from services.audit import batch as batches
from services.audit.batch import Batch, Edge
from services.audit.domain.received import Received
from services.audit.intake import Held, new_ones
from services.audit.keyring import Keyring
from services.audit.vault import Vault
from shared.db import Db
from tlog.merkle import reload
from tlog.tiles import WIDTH

WRITER = 7_010  # session advisory lock: one writer
CHECKPOINT = 1.0  # seconds between two of them, at least
log = structlog.get_logger()


class LostLead(Exception):
    """Somebody else has written: this writer stops and starts over."""


class Damaged(Exception):
    """Head and tiles disagree: nothing is appended to a ledger that was changed."""


class Pooled(Exception):
    """Not a direct connection: behind a pooler the lock would not be ours."""


@dataclass
class Ledger:
    """The ledger while this process leads. After any error it is dropped and opened anew.

    `db` holds the lock and writes; `reader` looks things up for the batch being computed meanwhile.
    """

    db: Db
    reader: Db
    keyring: Keyring
    epoch: int
    edge: Edge
    pending: dict[str, Held] = field(default_factory=dict)  # computed, not yet committed
    checkpointed: float = 0.0
    checkpoint_size: int = 0

    @property
    def size(self) -> int:
        """Leaves, those being written included."""
        return self.edge.tree.size

    async def append(self, records: Sequence[Received]) -> int:
        """Take records in, each event once whatever was delivered; returns how many leaves were added.

        Leaves and the place in the topics commit together. Raises LostLead.
        """
        return await self.write(await self.prepare(records))

    async def prepare(self, records: Sequence[Received]) -> Batch:
        """Compute what records add, while the batch before is being written."""
        additions = await new_ones(self.reader, self.keyring, self.pending, records)
        self.pending |= {a.entry.id: a.held for a in additions}
        return await batches.computed(self.edge, additions, self.keyring.made(), records)

    async def write(self, batch: Batch) -> int:
        """Commit a batch, after the one computed before it. Raises LostLead."""
        async with self.db.transaction():
            await self.fence(batch.start)
            await self.put(batch)
            await self.checkpoint(batch.size, batch.root)
        for addition in batch.additions:
            del self.pending[addition.entry.id]
        return len(batch.additions)

    async def fence(self, size: int) -> None:
        """The head must be as we left it: lock, epoch and size all have to agree."""
        head = await self.db.fetchrow("SELECT size, epoch FROM ledger_head FOR UPDATE")
        if (head["size"], head["epoch"]) != (size, self.epoch):
            raise LostLead(f"head is {dict(head)}, ours {size} in {self.epoch}")

    async def put(self, batch: Batch) -> None:
        """All rows of a batch, the head last, within the caller's transaction."""
        if batch.additions:
            await batches.write(self.db, batch)
            moved = await self.db.execute(
                "UPDATE ledger_head SET size = $1, root = $2 WHERE size = $3 AND epoch = $4",
                batch.size,
                batch.root,
                batch.start,
                self.epoch,
            )
            if moved != "UPDATE 1":
                raise LostLead("the head has moved")
        if batch.records:
            await batches.move_on(self.db, batch.records)

    async def checkpoint(self, size: int, root: bytes) -> None:
        """Note the head for signing, once a second at most, in the transaction that made it."""
        now = time.monotonic()
        if size > self.checkpoint_size and now - self.checkpointed >= CHECKPOINT:
            await self.db.execute(
                "INSERT INTO ledger_checkpoint (size, root) VALUES ($1, $2)", size, root
            )
            self.checkpointed, self.checkpoint_size = now, size


@asynccontextmanager
async def leading(dsn: str, vault: Vault) -> AsyncIterator[Ledger]:
    """Wait until no other writer leads, then open the ledger. Raises Pooled, Damaged.

    The lock lies on the connection that writes: when one is gone, so is the other.
    """
    settings = {"jit": "off", "plan_cache_mode": "force_custom_plan", "timezone": "UTC"}
    db = await asyncpg.connect(dsn, server_settings=settings)
    reader = await asyncpg.connect(dsn, server_settings=settings)
    try:
        await require_direct(db)
        await db.execute("SELECT pg_advisory_lock($1)", WRITER, timeout=None)
        await db.execute(batches.STAGED)
        epoch = await db.fetchval("UPDATE ledger_head SET epoch = epoch + 1 RETURNING epoch")
        ledger = await _opened(db, reader, vault, epoch)
        log.info("leading the ledger", epoch=epoch, size=ledger.size)
        yield ledger
    finally:
        db.terminate()
        reader.terminate()


async def require_direct(db: Db) -> None:
    """A pooler answers for the server when a connection is opened, so it names another process.

    Raises Pooled.
    """
    if await db.fetchval("SELECT pg_backend_pid()") != db.get_server_pid():
        raise Pooled(
            "GONGKAI_WORKER_DSN leads through a connection pooler; audit needs the server itself"
        )


async def _opened(db: Db, reader: Db, vault: Vault, epoch: int) -> Ledger:
    """Read the right edge and hold it against the head."""
    head = await db.fetchrow("SELECT size, root FROM ledger_head")
    size, tiles = head["size"], {}
    for level in range(size.bit_length() // 8 + 1):
        place = size >> (8 * level)
        if place % WIDTH:  # a full tile is no longer at the edge
            tiles[level] = await _tile(db, level, place // WIDTH)

    def entries(level: int, start: int, count: int) -> list[bytes]:
        data, first = tiles.get(level, b""), start % WIDTH
        return [data[32 * n : 32 * n + 32] for n in range(first, first + count)]

    tree = reload(size, entries)
    whole = all(len(tiles[at]) == (size >> (8 * at)) % WIDTH * 32 for at in tiles)
    if tree.root() != head["root"] or not whole:
        raise Damaged("the tiles do not lead to the root of the head")
    last = await db.fetchval("SELECT coalesce(max(size), 0) FROM ledger_checkpoint")
    keyring = Keyring(vault)
    return Ledger(db, reader, keyring, epoch, Edge(tree, tiles), checkpoint_size=last)


async def _tile(db: Db, level: int, n: int) -> bytes:
    data = await db.fetchval("SELECT data FROM ledger_tile WHERE level = $1 AND n = $2", level, n)
    return data or b""
