"""A ledger of its own for each test, and the whole service with its inspectors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from services.audit.main import SERVICE
from services.audit.vault import Vault
from shared.db import Db
from tests.audit.story import BUREAU, CITY, OTHER
from tests.conftest import TestPostgres
from tests.kernel import Running, running
from tests.servers import database

SECRET = bytes(32)


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
    async with database(postgres, SERVICE.name, SERVICE.migrations) as name:
        yield Store(
            postgres.dsn(name, "audit_worker"),
            postgres.dsn(name, "audit_app"),
            postgres.dsn(name, "audit_owner"),
            postgres.dsn(name),
            Vault(SECRET),
        )


@pytest.fixture
async def audit(postgres: TestPostgres) -> AsyncIterator[Running]:
    async with running(SERVICE, postgres) as service:
        await service.agency(CITY, "临江市")
        await service.agency(BUREAU, "临江市司法局", CITY)
        await service.agency(OTHER, "别处")
        await service.grant("p-inspector", CITY, "SUPERVISOR", organ="o-jw", position="派驻组长")
        await service.grant("p-elsewhere", OTHER, "SUPERVISOR", organ="o-2")
        await service.grant("p-elsewhere", BUREAU, "DRAFTER", organ="o-3")
        await service.grant("p-chen", BUREAU, "DRAFTER")
        yield service
