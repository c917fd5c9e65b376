"""The whole platform in its order of starting: servers, tables, topics, services, edge."""

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from deploy.embedded import databases, ledger, programs
from deploy.embedded.household import ROOT, Household
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from deploy.embedded.processes import StartError, tail
from deploy.embedded.supervisor import Supervisor
from deploy.embedded.topics import create_topics
from deploy.signin.keys import signing_key

PATIENCE = 120.0


@dataclass
class Platform:
    """One start of everything over one data folder."""

    home: Household
    supervisor: Supervisor
    say: Callable[[str], None]
    postgres: Postgres | None = None
    kafka: Kafka | None = None

    def start(self) -> None:
        """Start all programs and wait until they are ready. Raises StartError or ArtifactError."""
        began = time.monotonic()
        signing_key(self.home.data / "signin")
        self.supervisor.start("edge", programs.edge(self.home))
        servers, admin_dsn = self._servers()
        self.supervisor.start("signin", programs.signin(self.home))
        ledger.prepare(self.home)
        asyncio.run(
            databases.create_all(admin_dsn, databases.passwords(self.home.secrets["database"]))
        )
        self.say(f"数据库就绪（{time.monotonic() - began:.1f} 秒）")
        self._migrate(servers)
        if self.kafka:
            self.supervisor.await_ready(["kafka"], PATIENCE)
        asyncio.run(create_topics(servers.kafka))
        self.say(f"消息服务就绪（{time.monotonic() - began:.1f} 秒）")
        for name, program in (*ledger.programs(self.home), *programs.services(self.home, servers)):
            self.supervisor.start(name, program)
        self.supervisor.await_ready(list(self.supervisor.watches), PATIENCE)
        self.say(f"全部服务就绪（{time.monotonic() - began:.1f} 秒）")

    def _servers(self) -> tuple[programs.Servers, str]:
        """Begin our own database and broker unless others are named; only the database is awaited."""
        dsn = os.environ.get("GONGKAI_POSTGRES_URL", "")
        broker = os.environ.get("GONGKAI_KAFKA", "")
        if not broker:
            self.kafka = Kafka(self.home.data / "kafka", self.home.ports["kafka"])
            broker = self.kafka.address
            self.supervisor.start("kafka", self.kafka, self._topics_again)
        if not dsn:
            self.postgres = Postgres(self.home.data / "postgres", self.home.ports["postgres"])
            self.supervisor.start("postgres", self.postgres)
            self.supervisor.await_ready(["postgres"], PATIENCE)
            dsn = self.postgres.server.admin_dsn
        parts = urlsplit(dsn)
        host, port = parts.hostname or "127.0.0.1", parts.port or 5432
        return programs.Servers(host, port, broker), dsn

    def _topics_again(self) -> None:
        if self.kafka:
            asyncio.run(create_topics(self.kafka.address))

    def _migrate(self, servers: programs.Servers) -> None:
        """Run the migrations of all services at once; skipped for our own database when none is new."""
        mark = self.home.run / "migrated"
        state = _migrations_digest()
        if self.postgres and mark.exists() and mark.read_text("utf-8") == state:
            return
        running = {
            service: programs.migration(self.home, servers, service)
            for service in programs.existing_services()
        }
        for command in running.values():
            command.begin()
        for service, command in running.items():
            if command.process and command.process.wait() != 0:
                raise StartError(f"{service} 的数据表升级失败：\n{tail(command.log)}")
        mark.write_text(state, "utf-8")


def _migrations_digest() -> str:
    files = sorted(ROOT.glob("shared/migrations/*.sql")) + sorted(
        ROOT.glob("services/*/migrations/*.sql")
    )
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()
