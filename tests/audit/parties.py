"""A signer and witnesses as the ledger meets them: the real programs, called in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import asyncpg
import httpx

from services.audit.log import Ledger, leading
from services.audit.publishing.export import Export
from services.audit.publishing.outside import Outside
from services.audit.publishing.publish import Publisher
from services.audit.publishing.safe import Safe
from shared.db import connect
from signer import keyring
from signer.app import create_app as signer_app
from signer.signing import open_signer
from tests.audit.conftest import Store
from tlog.note import Vkey
from tlog.policy import Policy, parse_policy
from witness import cosigning
from witness.app import create_app as witness_app

ORIGIN = "gongkai.linjiang.example/audit/330105/2026"
SECRET = "s3cret"


class Away(httpx.AsyncBaseTransport):
    """A host that is down."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)


@dataclass
class Parties:
    """Each in a folder of its own. `away` names those that do not answer."""

    folder: Path
    log: Vkey
    witnesses: dict[str, Vkey]
    quorum: str = "all"
    away: set[str] = field(default_factory=set)
    instead: dict[str, httpx.AsyncBaseTransport] = field(default_factory=dict)
    moment: datetime | None = None  # what the witnesses' clocks say, if not the time it is

    @property
    def policy_text(self) -> str:
        lines = [f"log {self.log} https://gongkai.linjiang.example/audit/log"]
        lines += [f"witness {n} {vkey} http://{n}" for n, vkey in self.witnesses.items()]
        lines += [f"group q {self.quorum} {' '.join(self.witnesses)}", "quorum q"]
        return "".join(f"{line}\n" for line in lines)

    @property
    def policy(self) -> Policy:
        return parse_policy(self.policy_text.encode())

    def client(self) -> httpx.AsyncClient:
        mounts = {f"http://{name}": self._transport(name) for name in ("signer", *self.witnesses)}
        return httpx.AsyncClient(mounts=mounts)

    def _transport(self, name: str) -> httpx.AsyncBaseTransport:
        if name in self.away:
            return Away()
        if name in self.instead:
            return self.instead[name]
        folder = self.folder / name
        if name == "signer":
            return httpx.ASGITransport(signer_app(open_signer(folder), SECRET))
        clock = self._clock if self.moment else cosigning.now
        return httpx.ASGITransport(witness_app(cosigning.open_witness(folder, clock)))

    def _clock(self) -> int:
        assert self.moment
        return int(self.moment.timestamp())

    @asynccontextmanager
    async def publisher(self, store: Store, name: str = "public") -> AsyncIterator[Publisher]:
        """Publishes this store into the folder `name`."""
        pool = await connect(store.worker, 2)
        safe = Safe(self.folder / name / "safe.sqlite3")
        try:
            async with self.client() as http:
                outside = Outside(self.policy, http, "http://signer", SECRET)
                yield Publisher(pool, outside, Export(self.folder / name / "log"), safe)
        finally:
            safe.close()
            await pool.close()

    def note(self, name: str = "public") -> bytes:
        return (self.folder / name / "log/checkpoint").read_bytes()


def parties(folder: Path, *names: str) -> Parties:
    """A signer, and a witness for each name."""
    log = keyring.create(folder / "signer", ORIGIN, bytes([1]) * 32)
    made = {}
    for n, name in enumerate(names or ("upper", "discipline"), start=2):
        made[name] = cosigning.create(folder / name, f"{name}.example/witness", bytes([n]) * 32)
        with (folder / name / "logs.txt").open("a") as logs:
            logs.write(f"log {log}\n")
    return Parties(folder, log, made)


async def noted(ledger: Ledger) -> None:
    """Note the head for signing now, whenever the last one was noted."""
    if ledger.size == ledger.checkpoint_size:
        return
    ledger.checkpointed = 0.0
    async with ledger.db.transaction():
        await ledger.fence(ledger.size)
        await ledger.checkpoint(ledger.size, ledger.edge.tree.root())


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Ledger]:
    """Leads; in the end the head is noted for signing."""
    async with leading(store.worker, store.vault) as ledger:
        yield ledger
        await noted(ledger)


async def copied(store: Store, postgres_admin: str, name: str) -> Store:
    """The database as it is now, under another name: a standby that is left behind, a backup."""
    db = await asyncpg.connect(postgres_admin)
    old = store.superuser.rpartition("/")[2]
    try:
        await db.execute(f'CREATE DATABASE "{name}" TEMPLATE "{old}"')
    finally:
        await db.close()
    worker, app, owner, superuser = (
        dsn.replace(f"/{old}", f"/{name}")
        for dsn in (store.worker, store.app, store.owner, store.superuser)
    )
    return Store(worker, app, owner, superuser, store.vault)
