"""What the test servers give to one test: a fresh migrated database, topics of its own, settings."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import asyncpg
import orjson
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from joserfc.jwk import KeySet
from pydantic import SecretStr

from deploy.embedded.databases import create_database
from shared import db
from shared.bus import Commit
from shared.envelope import Message
from shared.runtime import Service
from shared.settings import Settings
from tests.tokens import ORIGIN, signing_key

SERVICES = ("catalog", "approval", "publisher", "feedback", "audit")
RUN = secrets.token_hex(4)
_migrated: set[str] = set()
_one_at_a_time = asyncio.Lock()


class Servers(Protocol):
    """What the `postgres` fixture offers."""

    @property
    def admin_dsn(self) -> str: ...

    def dsn(self, database: str, role: str | None = None) -> str: ...


class SilentBus:
    """No broker: facts stay in the outbox; a test hands foreign messages to the inbox itself."""

    async def publish(self, messages: Sequence[Message]) -> None:
        raise AssertionError("no relay runs without a broker")

    async def subscribe(
        self, group: str, topics: Sequence[str]
    ) -> AsyncIterator[tuple[list[Message], Commit]]:
        raise AssertionError("no consumer runs without a broker")
        yield [], None

    async def close(self) -> None:
        return


def role_of(service: str) -> str:
    """Services that exist only in tests borrow catalog's roles."""
    return service if service in SERVICES else "catalog"


@asynccontextmanager
async def database(
    postgres: Servers, service: str, migrations: Sequence[Path]
) -> AsyncIterator[str]:
    """The name of a migrated database that no other test sees; dropped in the end."""
    name = f"test_{service}_{secrets.token_hex(4)}"
    template = await _template(postgres, service, migrations)
    await create_database(postgres.admin_dsn, name, role_of(service), template)
    try:
        yield name
    finally:
        await drop(postgres.admin_dsn, name)


async def _template(postgres: Servers, service: str, migrations: Sequence[Path]) -> str:
    """The name of a database that has run these migrations, made once in a test run: copying it
    takes a thirtieth of the time of migrating anew."""
    places = "\n".join([postgres.admin_dsn, service, *map(str, migrations)])
    name = f"template_{RUN}_{sha256(places.encode()).hexdigest()[:8]}"
    async with _one_at_a_time:
        if name not in _migrated:
            await create_database(postgres.admin_dsn, name, role_of(service))
            await db.migrate(postgres.dsn(name, f"{role_of(service)}_owner"), migrations)
            _migrated.add(name)
    return name


async def drop(admin_dsn: str, *names: str) -> None:
    connection = await asyncpg.connect(admin_dsn)
    try:
        for name in names:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def drop_templates(admin_dsn: str) -> None:
    """At the end of the run: nothing is left on a server that is not ours."""
    await drop(admin_dsn, *_migrated)
    _migrated.clear()


def settings_for(
    service: Service, postgres: Servers, database: str, folder: Path, kafka: str
) -> Settings:
    jwks = folder / "jwks.json"
    jwks.write_bytes(orjson.dumps(KeySet([signing_key()]).as_dict(private=False)))
    role = role_of(service.name)
    return Settings(
        owner_dsn=postgres.dsn(database, f"{role}_owner"),
        app_dsn=postgres.dsn(database, f"{role}_app"),
        worker_dsn=postgres.dsn(database, f"{role}_worker"),
        kafka=kafka,
        data=folder,
        public_url=ORIGIN,
        jwks=str(jwks),
        text_key=SecretStr("00" * 32),
        app_pool=10,
        worker_pool=6,
    )


async def create_topics(address: str, prefix: str) -> None:
    """The five topics, with 12 partitions as everywhere, apart from other tests' by their prefix."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        there = await admin.list_topics()
        names = [f"{prefix}gongkai.{service}" for service in SERVICES]
        await admin.create_topics([NewTopic(name, 12, 1) for name in names if name not in there])
    finally:
        await admin.close()
