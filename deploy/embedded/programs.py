"""The programs of a running platform: command, environment, and how to see that each is ready."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.artifacts import web_assets
from deploy.embedded import databases
from deploy.embedded.household import ROOT, Household
from deploy.embedded.processes import end, kill, listens, spawn

SERVICES = databases.SERVICES
FIRST = "admin"  # the account that an empty platform begins with


class Program(Protocol):
    """Something the supervisor keeps running. PostgreSQL and Kafka are programs too."""

    process: subprocess.Popen[bytes] | None
    log: Path

    def begin(self) -> object:
        """Start it without waiting."""

    def ready(self) -> bool:
        """Whether it does its work."""

    def stop(self, patience: float) -> None:
        """End it, by force after `patience` seconds."""


@dataclass
class Command:
    """A program that is one command; SIGTERM ends it."""

    arguments: list[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def begin(self) -> None:
        environment = {**os.environ, **self.environment}
        self.process = spawn(self.arguments, self.log, env=environment, cwd=ROOT)

    def stop(self, patience: float) -> None:
        if self.process:
            end(self.process, signal.SIGTERM, patience)

    def kill(self) -> None:
        if self.process:
            kill(self.process)


@dataclass(frozen=True)
class Servers:
    """Where database and broker are: ours or somebody else's."""

    postgres_host: str
    postgres_port: int
    kafka: str


def service_environment(home: Household, servers: Servers, service: str) -> dict[str, str]:
    """What one service is told (shared/settings.py)."""
    secrets = databases.passwords(home.secrets["database"])
    host, port, base = servers.postgres_host, servers.postgres_port, f"gongkai_{service}"
    dsns = {
        f"GONGKAI_{kind.upper()}_DSN": databases.dsn(
            host, port, base, f"{service}_{kind}", secrets[f"{service}_{kind}"]
        )
        for kind in databases.KINDS
    }
    own = {
        "GONGKAI_KAFKA": servers.kafka,
        "GONGKAI_PORT": str(home.ports[service]),
        "GONGKAI_JWKS": str(home.data / "signin/jwks.json"),
        "GONGKAI_TEXT_KEY": home.secrets["text_key"],
        "GONGKAI_FIRST_ADMINISTRATOR": FIRST,
        "GONGKAI_STATIC": str(web_assets()),
    }
    if service == "audit":
        own |= ledger_environment(home)
    return caller_environment(home, service) | dsns | own


def ledger_environment(home: Household) -> dict[str, str]:
    """Who signs and who witnesses the ledger (docs/ledger-operations.md)."""
    return {
        "GONGKAI_AUDIT_SIGNER_URL": home.url_of("signer"),
        "GONGKAI_AUDIT_SIGNER_SECRET": home.secrets["signer"],
        "GONGKAI_AUDIT_WITNESSES": str(home.policy),
    }


def caller_environment(home: Household, service: str) -> dict[str, str]:
    """What a program is told that speaks to the services in the name of `service`."""
    urls = {f"GONGKAI_{name.upper()}_URL": home.url_of(name) for name in (*SERVICES, "wechat")}
    own = {
        "GONGKAI_TOKEN_URL": home.url_of("signin") + "/signin/token",
        "GONGKAI_CLIENT_SECRET": home.secrets[f"client_{service}"],
    }
    return common_environment(home) | urls | own


def common_environment(home: Household) -> dict[str, str]:
    """What every Python program of ours is told."""
    return {
        "GONGKAI_DATA": str(home.data),
        "GONGKAI_PUBLIC_URL": home.public_url,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def edge(home: Household) -> Command:
    """Caddy on the one public port."""
    upstreams = {
        f"GONGKAI_{name.upper()}_AT": f"127.0.0.1:{home.ports[name]}"
        for name in ("signin", *SERVICES)
    }
    environment = upstreams | {
        "GONGKAI_EDGE_PORT": str(home.ports["edge"]),
        "GONGKAI_BIND": os.environ.get("GONGKAI_BIND", "127.0.0.1"),
        "GONGKAI_STATIC": str(web_assets()),
        "GONGKAI_OWN_STATIC": str(ROOT / "shared/static"),
        "GONGKAI_PORTAL": str(home.portal),
        "XDG_DATA_HOME": str(home.run),
        "XDG_CONFIG_HOME": str(home.run),
    }
    caddy = str(Path(sys.executable).with_name("caddy"))
    arguments = [caddy, "run", "--config", str(ROOT / "deploy/Caddyfile"), "--adapter", "caddyfile"]
    port = home.ports["edge"]
    return Command(arguments, environment, home.logs / "edge.log", lambda: listens(port))


def signin(home: Household) -> Command:
    """The local issuer."""
    own = {
        "GONGKAI_PORT": str(home.ports["signin"]),
        "GONGKAI_CLIENT_SECRETS": json.dumps(home.client_secrets()),
    }
    check = answers(home.ports["signin"], "/signin/healthz")
    return _python("deploy.signin", (), common_environment(home) | own, home, "signin", check)


def services(home: Household, servers: Servers) -> Iterator[tuple[str, Command]]:
    """The five services as far as this checkout has them, the board, and the WeChat sandbox."""
    if exists("deploy/wechat_sandbox"):
        port = home.ports["wechat"]
        yield "wechat", _python(
            "deploy.wechat_sandbox", ("--port", str(port), "--data", str(home.data / "wechat")),
            common_environment(home), home, "wechat",
            lambda: listens(port),
        )  # fmt: skip
    for service in existing_services():
        environment = service_environment(home, servers, service)
        check = answers(home.ports[service], f"/{service}/readyz")
        module = f"services.{service}"
        yield service, _python(module, ("serve",), environment, home, service, check)
    if exists("services/audit/board.py"):
        environment = service_environment(home, servers, "audit")
        yield (
            "board",
            _python("services.audit", ("board",), environment, home, "board", lambda: True),
        )


def existing_services() -> list[str]:
    """The services of this checkout that can be started."""
    return [service for service in SERVICES if exists(f"services/{service}/__main__.py")]


def migration(home: Household, servers: Servers, service: str) -> Command:
    """Bring one service's tables up to date; ends by itself."""
    environment = service_environment(home, servers, service)
    name = f"{service}-migrate"
    return _python(f"services.{service}", ("migrate",), environment, home, name, lambda: True)


def answers(port: int, path: str) -> Callable[[], bool]:
    """A check that asks over HTTP and wants a 200 within a second."""

    def check() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def _python(
    module: str,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    home: Household,
    name: str,
    ready: Callable[[], bool],
) -> Command:
    command = [sys.executable, "-m", module, *arguments]
    return Command(command, environment, home.logs / f"{name}.log", ready)


def exists(path: str) -> bool:
    """Whether this checkout has the module or package at `path`."""
    return (ROOT / path).exists() or (ROOT / f"{path}.py").exists()
