"""A ledger of its own for each test, on the real database."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

import services.audit
import shared.db
from deploy.embedded.databases import create_database
from services.audit.vault import Vault
from shared.db import Db, migrate
from tests.conftest import TestPostgres

SECRET = bytes(32)
KERNEL = Path(shared.db.__file__).parent / "migrations"
AUDIT = Path(services.audit.__file__).parent / "migrations"


@dataclass(frozen=True)
class Store:
    """An empty audit database: DSNs of the worker, the application, the owner and a superuser."""

    worker: str
    app: str
    owner: str
    superuser: str
    vault: Vault

    async def sql(self, query: str, *args: object) -> list[Db]:
        """As the worker."""
        return await self._as(self.worker, query, *args)

    async def attack(self, query: str, *args: object) -> list[Db]:
        """As a superuser who switches triggers off."""
        return await self._as(self.superuser, query, *args, replica=True)

    async def _as(self, dsn: str, query: str, *args: object, replica: bool = False) -> list[Db]:
        db = await asyncpg.connect(dsn)
        try:
            if replica:
                await db.execute("SET session_replication_role = replica")
            rows: list[Db] = await db.fetch(query, *args)
            return rows
        finally:
            await db.close()


@pytest.fixture
async def store(postgres: TestPostgres) -> AsyncIterator[Store]:

    name = f"test_ledger_{secrets.token_hex(4)}"
    await create_database(postgres.admin_dsn, name, "audit")
    owner = postgres.dsn(name, "audit_owner")
    await migrate(owner, [KERNEL, AUDIT])
    yield Store(
        postgres.dsn(name, "audit_worker"),
        postgres.dsn(name, "audit_app"),
        owner,
        postgres.dsn(name),
        Vault(SECRET),
    )
    db = await asyncpg.connect(postgres.admin_dsn)
    await db.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await db.close()
