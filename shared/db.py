"""PostgreSQL: pools, row-level security scope, numbered migrations."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

# Pool connections are proxies, so one name serves both.
Db = Any
Pool = Any

# Errors that say "the database is away", not "the statement is wrong": wait and try again.
CONNECTION_ERRORS: tuple[type[BaseException], ...] = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection broke while a statement was being sent
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)

# Writers hold this lock shared, the watermark takes it alone: then no fact is in flight below its count.
WRITERS = 7_001


class Session(asyncpg.Connection):  # type: ignore[misc]
    """A connection of a pool. Tidying it up when it comes back costs a round trip: spared where all that
    was done stood in one transaction, which leaves nothing behind."""

    _tidy = False

    def leaves_nothing(self) -> None:
        """Whoever has it now sets no settings and takes no locks beyond the transaction."""
        self._tidy = True

    def get_reset_query(self) -> str:
        tidy, self._tidy = self._tidy, False
        return "" if tidy else str(super().get_reset_query())


async def connect(dsn: str, size: int) -> Pool:
    """A pool whose sessions never use the JIT: it costs 60 ms on short queries."""
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=size, server_settings={"jit": "off", "timezone": "UTC"},
        connection_class=Session,
    )  # fmt: skip


@asynccontextmanager
async def one_transaction(pool: Pool) -> AsyncIterator[Db]:
    """A connection for one transaction and nothing else."""
    async with pool.acquire() as db:
        db.leaves_nothing()
        async with db.transaction():
            yield db


@asynccontextmanager
async def reading(pool: Pool) -> AsyncIterator[Db]:
    """A connection for statements that only read, each of them by itself: no transaction around them."""
    async with pool.acquire() as db:
        db.leaves_nothing()
        yield db


@asynccontextmanager
async def scoped(pool: Pool, agencies: Iterable[str], *, write: bool) -> AsyncIterator[Db]:
    """A transaction that row-level security limits to `agencies`. No agency's id has a comma."""
    seen = tuple(agencies)
    if any("," in agency for agency in seen):
        raise ValueError(f"an agency id with a comma would be read as two: {seen}")
    async with one_transaction(pool) as db:
        lock = ", pg_advisory_xact_lock_shared($2)" if write else ", $2::int"
        await db.execute(
            f"SELECT set_config('gongkai.agencies', $1, true){lock}",
            ",".join(seen),
            WRITERS,
        )
        yield db


@asynccontextmanager
async def unscoped(pool: Pool) -> AsyncIterator[Db]:
    """A writing transaction of the worker role, which sees every agency."""
    async with one_transaction(pool) as db:
        await db.execute("SELECT pg_advisory_xact_lock_shared($1)", WRITERS)
        yield db


class EditedMigration(Exception):
    """A migration that has already run was changed afterwards."""


async def migrate(dsn: str, folders: Sequence[Path]) -> list[str]:
    """Run the numbered SQL files of `folders` that have not run yet; return their names.

    Safe to call from several processes at once. Raises EditedMigration.
    """
    db = await asyncpg.connect(dsn)
    try:
        await db.execute("SELECT pg_advisory_lock(7002)")
        await db.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, sha256 text NOT NULL,"
            " run_at timestamptz NOT NULL DEFAULT now())"
        )
        files = [
            (f"{folder.parent.name}/{file.name}", file)
            for folder in folders
            for file in sorted(folder.glob("*.sql"))
        ]
        return [name for name, file in files if await _run_once(db, name, file.read_bytes())]
    finally:
        await db.close()


async def _run_once(db: Db, name: str, sql: bytes) -> bool:
    digest = hashlib.sha256(sql).hexdigest()
    known = await db.fetchval("SELECT sha256 FROM migrations WHERE name = $1", name)
    if known == digest:
        return False
    if known is not None:
        raise EditedMigration(name)
    async with db.transaction():
        await db.execute(sql.decode())
        await db.execute("INSERT INTO migrations (name, sha256) VALUES ($1, $2)", name, digest)
    return True
