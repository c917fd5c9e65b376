"""The real PostgreSQL 18, started from pinned binaries as an unprivileged user."""

import os
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.artifacts import postgres_home
from deploy.embedded.processes import (
    StartError,
    end,
    free_port,
    kill,
    spawn,
    wait_until,
)
from deploy.places import is_root, unprivileged_user, writable_place

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "96MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
}
CRASH_TRIES = 20


@dataclass(frozen=True)
class Server:
    """Where a PostgreSQL is and who its superuser is."""

    host: str
    port: int
    user: str
    password: str

    def dsn(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """A DSN for one database; the superuser's unless another user is named."""
        name = user or self.user
        secret = self.password if password is None else password
        return f"postgresql://{name}:{secret}@{self.host}:{self.port}/{database}"

    @property
    def admin_dsn(self) -> str:
        """The superuser's DSN of the database `postgres`."""
        return self.dsn("postgres")


class Postgres:
    """One server over one data directory: cluster, password (0600) and log lie in it.

    `port` stays the same over restarts of this object; 0 takes a free one at the first start.
    """

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self.data_dir = data_dir
        self.log = data_dir / "postgres.log"
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Make the cluster if there is none, start it and wait until it accepts connections.

        Raises StartError (with the log's last lines) and deploy.downloads.ArtifactError.
        """
        server = self.begin()
        for tries_left in range(CRASH_TRIES, -1, -1):
            try:
                self.await_ready()
                return server
            except StartError as problem:
                # After SIGKILL the old backends need a moment to go.
                if not tries_left or "shared memory block" not in str(problem):
                    raise
                self.begin()
        raise AssertionError

    def begin(self) -> Server:
        """Start it without waiting."""
        place = writable_place(self.data_dir)
        home = postgres_home()
        if not (place / "cluster" / "PG_VERSION").exists():
            self._initialise(home, place)
        self.port = self.port or free_port()
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self.process = spawn(
            [home / "bin/postgres", "-D", place / "cluster", "-p", str(self.port), *options],
            self.log,
            user=unprivileged_user() if is_root() else None,
            cwd=place,
            env=_environment(),
            death_signal=signal.SIGINT,
        )
        return self.server

    @property
    def server(self) -> Server:
        """Address and superuser; only after the first start."""
        password = (self.data_dir / "password").read_text("utf-8")
        return Server("127.0.0.1", self.port, "postgres", password)

    def await_ready(self, patience: float = 60) -> None:
        """Wait until the server says in its pid file that it is ready."""
        process = self._running()
        wait_until(self.ready, process, "PostgreSQL", self.log, patience)

    def ready(self) -> bool:
        """Whether this very process accepts connections."""
        try:
            lines = (self.data_dir / "cluster/postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self._running().pid) and "ready" in lines[7]

    def stop(self, patience: float = 10) -> None:
        """Fast shutdown: connections are cut, data is flushed."""
        if self.process:
            end(self.process, signal.SIGINT, patience)

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        kill(self._running())

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise StartError("PostgreSQL 尚未启动")
        return self.process

    def _initialise(self, home: Path, place: Path) -> None:
        user = unprivileged_user() if is_root() else None
        secret = place / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24), "utf-8")
        if user:
            os.chown(secret, user.pw_uid, user.pw_gid)
        character_set = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        locale = ["--locale=" + character_set, "--lc-collate=C", "--encoding=UTF8"]
        access = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile"]
        process = spawn(
            [home / "bin/initdb", "-D", place / "cluster", *locale, *access, secret],
            self.log,
            user=user,
            cwd=place,
            env=_environment(),
        )
        if process.wait() != 0:
            wait_until(lambda: False, process, "initdb", self.log, 0)


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
