"""Signer and witness as the processes they are, for tests: started, killed, started again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.embedded.processes import free_port

ROOT = Path(__file__).parents[2]


def run(
    module: str, folder: Path, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """One command of `signer` or `witness` over its data folder."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=_environment(module, folder, {}),
        input=given, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@dataclass
class Served:
    """`python -m signer serve`, or witness."""

    module: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when it answers."""
        own = {"PORT": str(self.port), **self.settings}
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, "serve"], cwd=ROOT,
            env=_environment(self.module, self.folder, own), stderr=subprocess.PIPE,
        )  # fmt: skip
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                assert self.process.stderr
                raise AssertionError(self.process.stderr.read().decode())
            try:
                httpx.get(self.url, timeout=5, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("it does not answer")

    def kill(self) -> None:
        """SIGKILL; nothing can be tidied up."""
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _environment(module: str, folder: Path, own: Mapping[str, str]) -> dict[str, str]:
    prefix = f"GONGKAI_{module.upper()}_"
    return os.environ | {
        f"{prefix}{name}": value for name, value in {"DATA": str(folder), **own}.items()
    }
