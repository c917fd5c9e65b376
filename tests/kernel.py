"""A service running for a test: its own fresh database, real tokens, HTTP in the same process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import orjson
from fastapi import FastAPI

from shared import directory, reference
from shared.envelope import Message, message_of
from shared.events import Json
from shared.facts import Statement
from shared.ids import new_id
from shared.rebuild import rebuild
from shared.runtime import Runtime, Service, create_app
from shared.settings import Settings
from tests.servers import (
    SERVICES,
    Servers,
    SilentBus,
    create_topics,
    database,
    role_of,
    settings_for,
)
from tests.tokens import ORIGIN, signing_key, token

__all__ = [
    "ORIGIN", "SERVICES", "Running", "Servers", "SilentBus", "create_topics", "plus", "role_of",
    "running", "settings_for", "signing_key", "token",
]  # fmt: skip


@dataclass
class Running:
    """One service, running."""

    service: Service
    settings: Settings
    app: FastAPI
    runtime: Runtime
    http: httpx.AsyncClient
    stack: AsyncExitStack
    sequence: dict[str, int] = field(default_factory=dict)

    def as_(self, person: str, name: str | None = None) -> httpx.AsyncClient:
        """A client that sends this person's token. People sign in; services are `service:<name>`."""
        return self._client({"Authorization": f"Bearer {token(person, name)}"})

    def browser(self, person: str | None = None) -> httpx.AsyncClient:
        """A client like a browser: cookie, Accept: text/html, Origin; redirects are not followed."""
        cookie = {"Cookie": f"gongkai_token={token(person)}"} if person else {}
        return self._client({"Accept": "text/html", "Origin": ORIGIN, **cookie})

    def _client(self, headers: Mapping[str, str]) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url=ORIGIN, headers=dict(headers)
        )

    async def sql(self, query: str, *args: Any) -> list[Any]:
        """As the worker role, which sees every agency."""
        async with self.runtime.worker_pool.acquire() as connection:
            rows: list[Any] = await connection.fetch(query, *args)
            return rows

    async def agency(
        self, id: str, name: str, parent: str | None = None, code: str = "330105001"
    ) -> None:
        """Put an agency into the directory copy."""
        data = {"agencyId": id, "name": name, "parentId": parent, "code": code, "kind": "BUREAU"}
        await self._run(*directory.agency_registered(data))

    async def organ(self, id: str, agency: str, name: str, kind: str = "SECTION") -> None:
        data = {"organId": id, "agencyId": agency, "name": name, "kind": kind, "parentId": None}
        await self._run(*directory.organ_established(data))

    async def grant(
        self, person: str, agency: str, *roles: str, organ: str = "o-1", position: str = "科员"
    ) -> None:
        """Give a person roles in an agency, in the directory copy."""
        data = {"personId": person, "agencyId": agency, "organId": organ, "position": position,
                "roles": list(roles), "since": "2020-01-01", "until": None}  # fmt: skip
        await self._run(*directory.holder_changed(data))

    async def policy(self, policy: Json, agency: str = "national", version: str = "2026.1") -> None:
        data = {
            "agency": agency,
            "version": version,
            "effectiveFrom": "2020-01-01",
            "policy": policy,
        }
        await self._run(*reference.policy_activated(data))

    async def calendar(self, year: int, calendar: Json) -> None:
        await self._run(*reference.calendar_published({"year": year, "calendar": calendar}))

    async def _run(self, *statements: Statement) -> None:
        async with self.runtime.worker_pool.acquire() as connection:
            for statement in statements:
                await connection.execute(statement.sql, *statement.args)

    def message(
        self, type: str, data: Json, stream: str, agency: str, version: int | None = None,
        actor: str = "p-somebody",
    ) -> Message:  # fmt: skip
        """A foreign message; versions count up per stream unless given."""
        self.sequence[stream] = version or self.sequence.get(stream, 0) + 1
        row = {
            "stream": stream, "version": self.sequence[stream], "type": type, "agency": agency,
            "actor": actor, "recorded_at": datetime.now(UTC), "correlation": new_id(),
            "causation": None, "position": 1, "message": orjson.dumps(data),
        }  # fmt: skip
        return message_of(type.partition(".")[0], row)

    async def receive(self, *messages: Message) -> None:
        """Hand messages to the inbox; fails the test when one is parked for a fault."""
        await self.runtime.inbox.receive(messages)
        faults = await self.sql(
            "SELECT stream, kind, reason FROM parked WHERE kind IN ('refused', 'failed')"
        )
        assert not faults, [dict(row) for row in faults]

    async def sent(self) -> list[Message]:
        """Every message of the facts so far, in order, as Kafka would carry them."""
        rows = await self.sql("SELECT * FROM events ORDER BY position")
        return [message_of(self.service.name, row) for row in rows]

    async def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of all read tables and timers, sorted: to compare before and after a rebuild."""
        names = [*self.service.read_tables, "timers"]
        return {
            name: sorted(
                (tuple(row.values()) for row in await self.sql(f"SELECT * FROM {name}")), key=repr
            )
            for name in names
        }

    async def rebuild(self) -> int:
        return await rebuild(
            self.runtime.worker_pool, self.service.aggregates, self.service.read_tables
        )

    async def until(self, condition: Callable[[], Any], seconds: float = 20) -> Any:
        """Wait until an async condition gives something true; returns it."""
        end = time.monotonic() + seconds
        while True:
            if found := await condition():
                return found
            if time.monotonic() > end:
                raise AssertionError("did not happen in time")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(
    service: Service,
    postgres: Servers,
    kafka: Any = None,
    *,
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[Running]:
    """The service on a fresh database. With `kafka` all its loops run; without, none does."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="gongkai-test-")))
        name = await stack.enter_async_context(database(postgres, service.name, service.migrations))
        given = settings_for(service, postgres, name, folder, kafka.address if kafka else "")
        given = given.model_copy(update={"kafka_prefix": f"{name}.", **(settings or {})})
        if kafka:
            await create_topics(kafka.address, given.kafka_prefix)
        app = create_app(
            service, given, bus=None if kafka else SilentBus(), loops=kafka is not None
        )
        await stack.enter_async_context(app.router.lifespan_context(app))
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        yield Running(service, given, app, app.state.runtime, http, stack)


def plus(service: Service, **changes: Any) -> Service:
    """The service with something changed for one test."""
    return replace(service, **changes)
