"""A whole platform of its own, as `make up` starts it: its processes can be killed by name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.embedded.databases import SERVICES
from deploy.embedded.household import ROOT, Household
from deploy.embedded.processes import free_port, listens
from deploy.embedded.programs import Servers, service_environment
from deploy.embedded.records import SUPERVISOR, Records

BACK = 120.0  # seconds a killed process has to be back and working


class NotBack(Exception):
    """A process that was killed did not come back in time."""


@dataclass
class House:
    """One platform over one data folder."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the supervisor and wait until everything answers. Raises NotBack."""
        environment = os.environ | {
            "GONGKAI_DATA": str(self.folder),
            "GONGKAI_PORT": str(self._port()),
        }
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.embedded", "up"],
                cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + 2 * BACK
        while not self._whole():
            if self.process.poll() is not None or time.monotonic() > end:
                raise NotBack((self.folder / "up.log").read_text("utf-8")[-2000:])
            time.sleep(0.2)

    def stop(self) -> None:
        """As Ctrl-C does; by force after 15 s. Leaves no process."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.records.end_leftovers()

    @property
    def records(self) -> Records:
        return Records(self.folder / "run")

    @property
    def names(self) -> list[str]:
        """Every process by name, the supervisor included."""
        return sorted(self.records.read())

    @property
    def home(self) -> Household:
        """Read, never chosen anew: the supervisor owns ports and secrets."""
        ports = json.loads((self.folder / "ports.json").read_text("utf-8"))
        secrets = json.loads((self.folder / "secrets.json").read_text("utf-8"))
        return Household(self.folder, secrets, ports, f"http://127.0.0.1:{ports['edge']}")

    def environment(self, service: str) -> dict[str, str]:
        home = self.home
        servers = Servers("127.0.0.1", home.ports["postgres"], f"127.0.0.1:{home.ports['kafka']}")
        return service_environment(home, servers, service)

    def kill(self, name: str) -> None:
        """SIGKILL one process and wait until it, or its successor, works again. Raises NotBack."""
        before = self.records.read()[name]
        before.signal(signal.SIGKILL)
        if name == SUPERVISOR:
            assert self.process
            self.process.wait()
            self.start()
            return
        self._await(name, before.pid)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """SIGKILL one process and let nobody restart it; afterwards it comes back. Raises NotBack."""
        supervisor, gone = (self.records.read()[one] for one in (SUPERVISOR, name))
        supervisor.signal(signal.SIGSTOP)
        try:
            gone.signal(signal.SIGKILL)
            while self._works(name):
                time.sleep(0.1)
            yield
        finally:
            supervisor.signal(signal.SIGCONT)
            self._await(name, gone.pid)

    def _await(self, name: str, old: int) -> None:
        end = time.monotonic() + BACK
        while not self._back(name, old):
            if time.monotonic() > end:
                raise NotBack(name)
            time.sleep(0.1)

    def _back(self, name: str, old: int) -> bool:
        now = self.records.read().get(name)
        return now is not None and now.pid != old and now.alive() and self._works(name)

    def _works(self, name: str) -> bool:
        if name in (SUPERVISOR, "board"):
            return True
        port = self.home.ports[name]
        if name not in SERVICES:
            return listens(port)
        try:
            url = f"http://127.0.0.1:{port}/{name}/readyz"
            return httpx.get(url, timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def _whole(self) -> bool:
        try:
            known = self.records.read()
            return {*SERVICES, "edge", "signin"} <= known.keys() and all(
                row.alive() and self._works(name) for name, row in known.items()
            )
        except (FileNotFoundError, KeyError):
            return False

    def _port(self) -> int:
        ports = self.folder / "ports.json"
        return int(json.loads(ports.read_text("utf-8"))["edge"]) if ports.exists() else free_port()
