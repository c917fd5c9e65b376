"""A running audit service whose ledger is published and witnessed."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from services.audit.domain.received import Received
from services.audit.house import House
from services.audit.log import leading
from services.audit.vault import vault_of
from shared.envelope import Message
from tests.audit.conftest import Store
from tests.audit.parties import ORIGIN, Parties, noted
from tests.audit.records import record
from tests.kernel import Running

VERIFIER = Path(__file__).parents[2] / "verify/gongkai_verify.py"


def store_of(service: Running) -> Store:
    """The service's own database."""
    s = service.settings
    return Store(s.worker_dsn, s.app_dsn, s.owner_dsn, "", vault_of(s))


async def published(service: Running, known: Parties, messages: Sequence[Message]) -> int:
    """Into the ledger, and shown to the world; returns the size."""
    store = store_of(service)
    records: list[Received] = [record(m, n) for n, m in enumerate(messages)]
    async with known.publisher(store) as publisher, leading(store.worker, store.vault) as ledger:
        house = House(ledger)
        await house.open(ORIGIN)
        await ledger.append(records)
        await noted(ledger)
        await publisher.publish()
        return ledger.size


async def verifier(folder: Path, known: Parties, *arguments: str) -> tuple[int, str]:
    """The offline verifier as an inspector runs it: exit code and what it says."""
    home = folder / "inspector"
    home.mkdir(exist_ok=True)
    (home / "policy.txt").write_text(known.policy_text)
    command = [sys.executable, str(VERIFIER), *arguments, "--home", str(home)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()
