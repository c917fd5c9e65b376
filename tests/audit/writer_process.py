"""A writer as a process of its own, to be killed: `python -m tests.audit.writer_process DSN SERVERS`."""

import asyncio
import sys

from services.audit.feed import feed
from services.audit.log import leading
from services.audit.settings import AuditSettings
from services.audit.vault import Vault
from tests.audit.conftest import SECRET


async def write(dsn: str, servers: str) -> None:
    async with leading(dsn, Vault(SECRET)) as ledger:
        await feed(ledger, servers, AuditSettings())


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
