"""Supervised background tasks: one that ends or raises is started again, with back-off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger()

Task = Callable[[], Awaitable[None]]


async def supervise(name: str, task: Task, longest: float = 10.0) -> None:
    """Run `task` for ever; wait 0.5, 1, 2 … at most `longest` seconds between starts."""
    wait = 0.5
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await task()
            log.error("background task ended", task=name)
        except Exception as error:
            log.error("background task failed", task=name, error=repr(error), exc_info=True)
        if asyncio.get_running_loop().time() - started > 60:
            wait = 0.5
        await asyncio.sleep(wait)
        wait = min(wait * 2, longest)


@asynccontextmanager
async def running(tasks: Mapping[str, Task]) -> AsyncIterator[None]:
    """Run the tasks while the block runs; all are ended and awaited after it."""
    started = [
        asyncio.create_task(supervise(name, task), name=name) for name, task in tasks.items()
    ]
    try:
        yield
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)
