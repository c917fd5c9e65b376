"""Which processes a platform over one data folder has started, so that a later start finds what is left."""

import contextlib
import fcntl
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

SUPERVISOR = "supervisor"


class AlreadyRunning(Exception):
    """Another supervisor holds this data folder."""


@dataclass(frozen=True)
class Record:
    """A process by id and start time: an id alone may meanwhile belong to somebody else."""

    pid: int
    started: str

    def alive(self) -> bool:
        return started(self.pid) == self.started

    def signal(self, how: signal.Signals) -> None:
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)


@dataclass
class Records:
    """The file `run/processes.json` of a data folder."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "processes.json"

    def read(self) -> dict[str, Record]:
        """By program name; nothing when there is no file."""
        try:
            rows = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return {name: Record(row["pid"], row["started"]) for name, row in rows.items()}

    def write(self, pids: dict[str, int]) -> None:
        """Replace the file."""
        rows = {name: {"pid": pid, "started": started(pid)} for name, pid in pids.items()}
        making = self.path.with_suffix(".making")
        making.write_text(json.dumps(rows), "utf-8")
        making.rename(self.path)

    def end_leftovers(self, patience: float = 5) -> list[str]:
        """End what an earlier supervisor left behind; returns the names."""
        rows = {name: row for name, row in self.read().items() if row.pid != os.getpid()}
        left = {name: row for name, row in rows.items() if row.alive()}
        for name, row in left.items():
            row.signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        deadline = time.monotonic() + patience
        while any(row.alive() for row in left.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for row in left.values():
            row.signal(signal.SIGKILL)
        return list(left)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Only one supervisor at a time; raises AlreadyRunning."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning from None
            yield


def started(pid: int) -> str | None:
    """When process `pid` began, in the system's own words; None when there is none (or a zombie)."""
    if sys.platform != "linux":
        answer = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip() or None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]


def memory_mb(pid: int) -> float | None:
    """Proportional memory of a process and its children in MB; None where the system does not tell."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
        pss = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    except OSError:
        return None
    kilobytes = int(pss.partition("\nPss:")[2].split()[0])
    return kilobytes / 1000 + sum(memory_mb(int(child)) or 0 for child in children)
