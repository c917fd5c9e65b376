"""`python -m services.<name>`: serve · migrate · rebuild · republish · retry-parked."""

from __future__ import annotations

import asyncio
import sys

import uvicorn

from shared import db, logs, outbox, parked
from shared.rebuild import rebuild
from shared.runtime import Service, create_app, opened
from shared.settings import Settings

COMMANDS = ("serve", "migrate", "rebuild", "republish", "retry-parked")


def main(service: Service) -> None:
    """Run the command named on the command line; exit 2 when it is unknown."""
    command = sys.argv[1] if len(sys.argv) > 1 else "serve"
    if command not in COMMANDS:
        sys.stderr.write(f"usage: python -m services.{service.name} [{' | '.join(COMMANDS)}]\n")
        sys.exit(2)
    logs.configure(service.name)
    settings = Settings()
    if command == "serve":
        uvicorn.run(
            create_app(service, settings), host="127.0.0.1", port=settings.port,
            log_config=None, access_log=False, timeout_graceful_shutdown=3,
        )  # fmt: skip
        return
    done = asyncio.run(_once(service, settings, command))
    sys.stdout.write(f"{service.name} {command}: {done}\n")


async def _once(service: Service, settings: Settings, command: str) -> int:
    """A one-off command; returns how many things it did."""
    if command == "migrate":
        return len(await db.migrate(settings.owner_dsn, service.migrations))
    async with opened(service, settings) as runtime:
        if command == "rebuild":
            return await rebuild(runtime.worker_pool, service.aggregates, service.read_tables)
        if command == "republish":
            return await outbox.republish(runtime.worker_pool, runtime.bus, service.name)
        return await parked.retry_all(runtime.inbox)
