"""The two roles in which the ledger is read: everybody, and inspectors. Each for one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from shared.db import Db, Pool


@asynccontextmanager
async def reading_as(pool: Pool, role: Literal["public", "inspector"]) -> AsyncIterator[Db]:
    """A transaction of the application's pool that may read what this role may."""
    async with pool.acquire() as db, db.transaction():
        await db.execute(f"SET LOCAL ROLE gongkai_{role}")
        yield db
