"""The ledger's process with its signer and its witness: three real programs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.household import ROOT
from deploy.embedded.processes import free_port, listens
from services.audit.main import SERVICE
from services.audit.vault import Vault, vault_of
from shared.settings import Settings
from tests.conftest import TestPostgres
from tests.servers import settings_for

ORIGIN = "gongkai.example/audit/log"
SECRET = "the-signer-and-audit-share-this"
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass
class Ledger:
    """`python -m services.audit ledger` over a database of its own."""

    settings: Settings
    superuser: str
    environment: Mapping[str, str]
    policy: bytes
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def worker(self) -> str:
        return self.settings.worker_dsn

    @property
    def vault(self) -> Vault:
        return vault_of(self.settings)

    def start(self) -> None:
        command = [sys.executable, "-m", "services.audit", "ledger"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL
        )

    def alive(self) -> None:
        """Raises when it has ended by itself."""
        if self.process is None or self.process.poll() is not None:
            raise ChildProcessError("the ledger's process has ended")

    def kill(self) -> None:
        """SIGKILL."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        """End it; returns the most memory it ever held (bytes)."""
        if self.process is None:
            return 0
        status = Path(f"/proc/{self.process.pid}/status")
        found = PEAK.search(status.read_text("utf-8")) if status.exists() else None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process = None
        return int(found[1]) * 1024 if found else 0


@contextmanager
def ledger(folder: Path, postgres: TestPostgres, kafka: str, database: str) -> Iterator[Ledger]:
    """Over an existing database; with signer, witness and policy. All are ended."""
    settings = settings_for(SERVICE, postgres, database, folder, kafka)
    with (
        _party(folder, "signer", "--origin", ORIGIN) as (signer, log),
        _party(folder, "witness", "--name", "witness.example", log=log) as (witness, seen),
    ):
        policy = folder / "policy.txt"
        policy.write_text(f"log {log}\nwitness w {seen} {witness}\nquorum w\n")
        own = {f"GONGKAI_{name.upper()}": _text(value) for name, value in settings}
        environment = own | {
            "GONGKAI_AUDIT_SIGNER_URL": signer,
            "GONGKAI_AUDIT_SIGNER_SECRET": SECRET,
            "GONGKAI_AUDIT_WITNESSES": str(policy),
            "MALLOC_ARENA_MAX": "2",
        }
        one = Ledger(settings, postgres.dsn(database), environment, policy.read_bytes())
        try:
            yield one
        finally:
            one.stop()


@contextmanager
def _party(folder: Path, name: str, *init: str, log: str = "") -> Iterator[tuple[str, str]]:
    """A program with a key of its own: its address, and its public key."""
    port = free_port()
    environment = os.environ | {
        f"GONGKAI_{name.upper()}_DATA": str(folder / name),
        f"GONGKAI_{name.upper()}_PORT": str(port),
        "GONGKAI_SIGNER_SECRET": SECRET,
    }
    command = [sys.executable, "-m", name]
    made = subprocess.run(
        [*command, "init", *init], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    if log:
        with (folder / name / "logs.txt").open("a", encoding="utf-8") as logs:
            logs.write(f"log {log}\n")
    process = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment)
    try:
        while not listens(port):
            if process.poll() is not None:
                raise ChildProcessError(f"{name} has ended")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", made.stdout.splitlines()[0]
    finally:
        process.terminate()
        process.wait(10)


def _text(value: object) -> str:
    secret = getattr(value, "get_secret_value", None)
    return str(secret()) if secret else str(value)
