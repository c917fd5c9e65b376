"""Starting and ending child processes so that none outlives its parent, however that ends."""

import contextlib
import ctypes
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PORTS = range(15000, 30000)
LARGEST_LOG = 20_000_000


class StartError(Exception):
    """A program did not come up. The text names it and ends with its last log lines."""


def spawn(
    command: Sequence[str | os.PathLike[str]],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: pwd.struct_passwd | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own process group, its output appended to `log` (one older kept).

    On Linux it gets `death_signal` when the calling thread ends: call it from the main thread.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.rename(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            process_group=0,
            preexec_fn=_dies_with_parent(death_signal),
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def end(process: subprocess.Popen[bytes], how: signal.Signals, patience: float) -> None:
    """Send `how`; SIGKILL to its group if it is still there after `patience` seconds."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, to the whole group, and wait."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port(preferred: int = 0) -> int:
    """`preferred` if nobody listens there, otherwise a free one.

    Not one that the system gives to outgoing connections: such a connection could take the place of a
    server that is being restarted, or even connect to itself.
    """
    candidates = [preferred] if preferred else []
    candidates += [PORTS.start + secrets.randbelow(len(PORTS)) for _ in range(200)]
    for port in candidates:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise StartError("没有可用的端口")


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    name: str,
    log: Path,
    patience: float,
) -> None:
    """Return when `ready()`; raise StartError when the process ended or after `patience` s."""
    deadline = time.monotonic() + patience
    while not ready():
        code = process.poll()
        if code is not None:
            raise StartError(f"{name} 启动失败（退出码 {code}）：\n{tail(log)}")
        if time.monotonic() > deadline:
            raise StartError(f"{name} 在 {patience:.0f} 秒内没有就绪：\n{tail(log)}")
        time.sleep(0.03)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log file."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-lines:])


def _dies_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:
            os._exit(1)

    return ask
