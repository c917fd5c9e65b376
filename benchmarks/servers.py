"""PostgreSQL and Kafka of a benchmark's own, removed at its end."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from deploy.embedded.databases import create_roles, passwords
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from tests.conftest import TestKafka, TestPostgres


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on disk that the database's own user may enter; gone afterwards, links followed."""
    folder = Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        for place in [path.resolve() for path in folder.iterdir() if path.is_symlink()]:
            shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_server() -> Iterator[TestPostgres]:
    """On disk, with fsync, as in production: tests keep theirs in memory."""
    with scratch() as folder:
        server = Postgres(folder / "pg")
        try:
            admin = server.start().admin_dsn
            secret = "bench" + urlsplit(admin).netloc
            asyncio.run(create_roles(admin, passwords(secret)))
            yield TestPostgres(admin, secret, server)
        finally:
            server.stop()


@contextmanager
def broker() -> Iterator[TestKafka]:
    with scratch() as folder:
        server = Kafka(folder / "kafka")
        try:
            yield TestKafka(server.start(), server)
        finally:
            server.stop()
