"""One service as a process: pools, bus, background tasks, routes. Each `main.py` names its parts here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from shared import directory, operations, reference
from shared.blobs import Blobs, blobs_for
from shared.bus import Bus
from shared.db import Pool, connect
from shared.facts import Aggregate, Facts
from shared.http import install
from shared.inbox import Handler, Inbox, run_consumer
from shared.kafka import Kafka
from shared.outbox import Outgoing, run_relay
from shared.pages import Pages
from shared.parked import run_retries
from shared.peers import Peers
from shared.settings import Settings
from shared.tasks import Task, running
from shared.texts import Texts
from shared.timers import TimerHandler, run_timers
from shared.tokens import TokenCheck
from shared.watermark import run_watermarks

KERNEL = Path(__file__).parent


def nothing(_: Facts) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Service:
    """What makes one service. `tasks` are loops of its own, supervised; `read_tables` can be rebuilt."""

    name: str
    package: Path
    aggregates: Sequence[Aggregate[Any, Any, Any]] = ()
    read_tables: Sequence[str] = ()
    handlers: Callable[[Facts], Mapping[str, Handler]] = nothing
    timers: Callable[[Facts], Mapping[str, TimerHandler]] = nothing
    tasks: Sequence[Callable[[Runtime], Awaitable[None]]] = ()
    routers: Sequence[APIRouter] = ()
    pages: Pages | None = None

    @property
    def migrations(self) -> tuple[Path, Path]:
        return (KERNEL / "migrations", self.package / "migrations")


@dataclass(frozen=True)
class Runtime:
    """The open connections of one running service."""

    service: Service
    settings: Settings
    app_pool: Pool
    worker_pool: Pool
    bus: Bus
    facts: Facts
    texts: Texts
    blobs: Blobs
    peers: Peers
    tokens: TokenCheck
    inbox: Inbox
    outgoing: Outgoing
    wake: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def opened(
    service: Service, settings: Settings, bus: Bus | None = None
) -> AsyncIterator[Runtime]:
    """Open pools and clients; close them in the end. No background task runs."""
    wake = asyncio.Event()
    worker_pool = await connect(settings.worker_dsn, settings.worker_pool)
    app_pool = await connect(settings.app_dsn, settings.app_pool)
    facts = Facts(service.name, worker_pool, wake.set)
    used = bus or Kafka(settings.kafka, settings.kafka_prefix)
    peers = Peers(service.name, settings)
    try:
        yield Runtime(
            service, settings, app_pool, worker_pool, used, facts,
            Texts(bytes.fromhex(settings.text_key.get_secret_value())),
            blobs_for(service.name, settings), peers, TokenCheck(settings.jwks),
            Inbox(facts, service.name, all_handlers(service, facts)), Outgoing(used), wake,
        )  # fmt: skip
    finally:
        await peers.close()
        await used.close()
        await app_pool.close()
        await worker_pool.close()


def all_handlers(service: Service, facts: Facts) -> Mapping[str, Handler]:
    """The service's own, behind the kernel's copies of reference data (catalog is their source)."""
    own = dict(service.handlers(facts))
    if service.name == "catalog":
        return own
    copies = {**directory.handlers(), **reference.handlers()}
    return {**copies, **{t: _both(copies[t], h) if t in copies else h for t, h in own.items()}}


def _both(first: Handler, second: Handler) -> Handler:
    async def handle(db: Any, message: Any) -> None:
        await first(db, message)
        await second(db, message)

    return handle


def topics_of(handlers: Mapping[str, Handler]) -> list[str]:
    """Event types begin with the service that publishes them."""
    return sorted({f"gongkai.{type.partition('.')[0]}" for type in handlers})


def background(runtime: Runtime) -> dict[str, Task]:
    """All loops of a running service, by name."""
    r, service = runtime, runtime.service
    tasks: dict[str, Task] = {
        "relay": lambda: run_relay(r.worker_pool, r.outgoing, service.name, r.wake),
        "timers": lambda: run_timers(r.facts, service.timers(r.facts)),
        "watermark": lambda: run_watermarks(r.facts, r.worker_pool, r.settings.watermark_seconds),
    }
    if topics := topics_of(r.inbox.handlers):
        tasks["consumer"] = lambda: run_consumer(r.bus, r.inbox, topics)
        tasks["retries"] = lambda: run_retries(r.inbox)
    for task in service.tasks:
        tasks[getattr(task, "__name__", repr(task))] = lambda task=task: task(r)  # type: ignore[misc]
    return tasks


def create_app(
    service: Service, settings: Settings, *, bus: Bus | None = None, loops: bool = True
) -> FastAPI:
    """The service as an ASGI app under `/<service>`. `loops=False` leaves the background tasks out."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(service, settings, bus) as runtime:
            app.state.runtime = runtime
            async with running(background(runtime) if loops else {}) as health:
                app.state.health = health
                yield

    app = FastAPI(title=f"Gongkai {service.name}", version="1", lifespan=lifespan,
                  docs_url=None, redoc_url=None, openapi_url=f"/{service.name}/api/openapi.json")  # fmt: skip
    install(app, service.pages or Pages(service.package))
    for router in (operations.router, *service.routers):
        app.include_router(router, prefix=f"/{service.name}")
    return app
