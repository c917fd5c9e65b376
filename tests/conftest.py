"""Real PostgreSQL and Apache Kafka for the whole test run, started once, removed at its end."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import pytest

from deploy.downloads import ArtifactError
from deploy.embedded.databases import create_roles, dsn, passwords
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from shared import logs
from tests.servers import drop_templates

T = TypeVar("T")
logs.configure("tests")  # as in the product; the library's own colourful tracebacks take seconds
ROOM = 2 * 1024**3  # bytes: the database with its log, and some


@dataclass(frozen=True)
class TestPostgres:
    """A server with all roles of deploy/postgres-init.sql and no databases but PostgreSQL's own.

    `server` is None when somebody else's server is used (GONGKAI_TEST_PG).
    """

    __test__ = False

    admin_dsn: str
    secret: str
    server: Postgres | None = None

    def dsn(self, database: str, role: str | None = None) -> str:
        """For a login role such as `catalog_app`; for the superuser when no role is given."""
        parts = urlsplit(self.admin_dsn)
        user = role or unquote(parts.username or "postgres")
        secret = passwords(self.secret)[role] if role else unquote(parts.password or "")
        return dsn(parts.hostname or "127.0.0.1", parts.port or 5432, database, user, secret)

    def crash(self) -> None:
        """SIGKILL; every connection is lost."""
        self._ours().kill()

    def restart(self) -> None:
        """Come back at the same address with the same data."""
        self._ours().start()

    def _ours(self) -> Postgres:
        if self.server is None:
            pytest.skip("GONGKAI_TEST_PG 指定的数据库不由测试启停")
        return self.server


@dataclass(frozen=True)
class TestKafka:
    """The broker at `address` (host:port); `broker` is None with GONGKAI_TEST_KAFKA."""

    __test__ = False

    address: str
    broker: Kafka | None = None

    def crash(self) -> None:
        """SIGKILL."""
        self._ours().kill()

    def restart(self) -> None:
        """Come back at the same address with the same records; takes 3 to 5 seconds."""
        self._ours().start()

    def wipe(self) -> None:
        """Lose every topic and record: kill, forget, start empty at the same address."""
        self.crash()
        self._ours().wipe()
        self.restart()

    def _ours(self) -> Kafka:
        if self.broker is None:
            pytest.skip("GONGKAI_TEST_KAFKA 指定的消息服务不由测试启停")
        return self.broker


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for the whole run that the unprivileged database user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="gongkai-test-"))
    folder.chmod(0o711)
    yield folder
    for link in folder.iterdir():
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def memory(scratch: Path) -> Iterator[Path]:
    """Like `scratch`, in memory where there is room: a database is copied there in 20 ms, not 800.

    Files in memory outlive a killed process, so the tests that crash a server mean the same.
    """
    ram = Path("/dev/shm")
    if not (ram.is_dir() and os.access(ram, os.W_OK) and shutil.disk_usage(ram).free > ROOM):
        yield scratch
        return
    for old in ram.glob("gongkai-test-*-*"):
        if not Path("/proc", old.name.split("-")[2]).exists():  # its run was killed
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"gongkai-test-{os.getpid()}-", dir=ram))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres(memory: Path) -> AsyncIterator[TestPostgres]:
    """PostgreSQL 18 with the roles made; GONGKAI_TEST_PG (a superuser's DSN) names another one."""
    admin = os.environ.get("GONGKAI_TEST_PG", "")
    own = None if admin else Postgres(memory / "postgres")
    if own:
        admin = _fetched(own.start).admin_dsn
    secret = "test" + urlsplit(admin).netloc
    await create_roles(admin, passwords(secret))
    yield TestPostgres(admin, secret, own)
    await drop_templates(admin)
    if own:
        own.stop()


@pytest.fixture(scope="session")
def kafka(memory: Path) -> Iterator[TestKafka]:
    """Apache Kafka 4 without topics; GONGKAI_TEST_KAFKA (host:port) names another one."""
    address = os.environ.get("GONGKAI_TEST_KAFKA", "")
    own = None if address else Kafka(memory / "kafka")
    if own:
        address = _fetched(own.start)
    yield TestKafka(address, own)
    if own:
        own.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed browser; without one the test is skipped, in CI it fails."""
    named = os.environ.get("GONGKAI_CHROMIUM", "")
    for name in (named, "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    text = "本机没有 Chromium，浏览器测试未运行（可安装 chromium 或设置 GONGKAI_CHROMIUM）"
    if os.environ.get("GONGKAI_CI"):
        pytest.fail(text)
    pytest.skip(text)


def _fetched(start: Callable[[], T]) -> T:
    try:
        return start()
    except ArtifactError as problem:
        pytest.skip(f"没有 PostgreSQL / Kafka 的安装包：{problem}")
