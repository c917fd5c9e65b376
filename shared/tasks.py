"""Supervised background tasks: one that ends or raises is started again, with back-off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from shared.db import CONNECTION_ERRORS

log = structlog.get_logger()

Task = Callable[[], Awaitable[None]]
FIRST, LONGEST = 0.5, 10.0  # seconds between starts: 0.5, 1, 2 … at most 10
STEADY = 60.0  # seconds: a task that has run so long without failing is well again


@dataclass
class Supervised:
    """One task, started for ever, and how it fares."""

    name: str
    task: Task
    error: str | None = None
    started: float = 0.0
    runs: bool = False

    async def run(self) -> None:
        wait = FIRST
        while True:
            await self._once()
            if self._steady():
                wait = FIRST
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST)

    async def _once(self) -> None:
        self.started, self.runs = asyncio.get_running_loop().time(), True
        try:
            await self.task()
            self.error = "ended"
            log.error("background task ended", task=self.name)
        except asyncio.CancelledError as error:
            ourselves = asyncio.current_task()
            if ourselves is None or ourselves.cancelling():
                raise
            # Something it waited for was cancelled, not the task: a library that closes does that.
            self._failed(error)
        except Exception as error:
            self._failed(error)
        finally:
            self.runs = False

    def _failed(self, error: BaseException) -> None:
        self.error = repr(error)
        away = isinstance(error, CONNECTION_ERRORS)  # where in the code does not matter then
        log.error("background task failed", task=self.name, error=self.error, exc_info=not away)

    def _steady(self) -> bool:
        return asyncio.get_running_loop().time() - self.started > STEADY

    @property
    def failing(self) -> bool:
        """It failed, and has not yet run well for a while."""
        return self.error is not None and not (self.runs and self._steady())


@dataclass
class Health:
    """The background tasks of one process."""

    tasks: list[Supervised] = field(default_factory=list)
    started: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def failing(self) -> list[str]:
        """Tasks that failed lately; they are started again."""
        return [task.name for task in self.tasks if task.failing]

    @property
    def dead(self) -> list[str]:
        """Tasks that nobody starts again: only a new process helps."""
        return [task.get_name() for task in self.started if task.done()]


@asynccontextmanager
async def running(tasks: Mapping[str, Task]) -> AsyncIterator[Health]:
    """Run the tasks while the block runs; all are ended and awaited after it."""
    supervised = [Supervised(name, task) for name, task in tasks.items()]
    started = [asyncio.create_task(one.run(), name=one.name) for one in supervised]
    try:
        yield Health(supervised, started)
    finally:
        await _ended(started)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Tell all to end until they have: one may overhear it (as `wait_for` of Python 3.11 does when
    what it waits for comes at the same moment)."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)
    await asyncio.gather(*tasks, return_exceptions=True)
