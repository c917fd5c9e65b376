"""The relay alone as a process, to be killed: `python -m tests.shared.relay_process DSN SERVERS PREFIX`."""

import asyncio
import sys

from shared.db import connect
from shared.kafka import Kafka
from shared.outbox import relay_batch


async def relay(dsn: str, servers: str, prefix: str) -> None:
    """In small batches, so that a kill meets one of them."""
    pool, bus = await connect(dsn, 1), Kafka(servers, prefix)
    while True:
        if await relay_batch(pool, bus, "catalog", 10) == 0:
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(relay(*sys.argv[1:]))
