"""The port to the message bus. One product behind it: Apache Kafka (`shared/kafka.py`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from shared.envelope import Message

Commit = Callable[[], Awaitable[None]]


class Publisher(Protocol):
    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when all are durable, in order per key; raise when any is not."""


class Bus(Publisher, Protocol):
    def subscribe(
        self, group: str, topics: Sequence[str]
    ) -> AsyncIterator[tuple[list[Message], Commit]]:
        """Batches in order per key, again from the last commit after a restart."""

    async def close(self) -> None: ...
