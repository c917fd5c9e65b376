"""What a platform keeps in its data folder between runs: secrets, ports, places."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.databases import SERVICES
from deploy.embedded.processes import free_port

ROOT = Path(__file__).parents[2]
SERVERS = ("postgres", "kafka", "signin", "wechat", "signer", "witness", *SERVICES)
EDGE_PORT = 8080


@dataclass(frozen=True)
class Household:
    """Places, secrets and ports of one data folder; made by `open_household`."""

    data: Path
    secrets: dict[str, str]
    ports: dict[str, int]
    public_url: str

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def portal(self) -> Path:
        return self.data / "portal"

    @property
    def policy(self) -> Path:
        """Whom the ledger's readers trust (tlog-policy)."""
        return self.data / "ledger/policy.txt"

    def client_secrets(self) -> dict[str, str]:
        """The secret of each service's own token, by service."""
        return {service: self.secrets[f"client_{service}"] for service in SERVICES}

    def url_of(self, server: str) -> str:
        """Internal base address."""
        return f"http://127.0.0.1:{self.ports[server]}"


def data_folder() -> Path:
    """GONGKAI_DATA, else `var` of this checkout."""
    return Path(os.environ.get("GONGKAI_DATA") or ROOT / "var").absolute()


def open_household(data: Path) -> Household:
    """Read what earlier runs chose, or choose: secrets once, ports anew only where taken."""
    for folder in (data / "logs", data / "run", data / "portal"):
        folder.mkdir(parents=True, exist_ok=True)
    ports = _ports(data / "ports.json")
    public = os.environ.get("GONGKAI_PUBLIC_URL") or f"http://127.0.0.1:{ports['edge']}"
    return Household(data, _secrets(data / "secrets.json"), ports, public.rstrip("/"))


def running_household(data: Path) -> Household:
    """What the platform running over `data` was started with; nothing is chosen. Raises FileNotFoundError."""
    ports: dict[str, int] = json.loads((data / "ports.json").read_text("utf-8"))
    known: dict[str, str] = json.loads((data / "secrets.json").read_text("utf-8"))
    public = os.environ.get("GONGKAI_PUBLIC_URL") or f"http://127.0.0.1:{ports['edge']}"
    return Household(data, known, ports, public.rstrip("/"))


def _secrets(path: Path) -> dict[str, str]:
    names = ("text_key", "database", "signer", *(f"client_{service}" for service in SERVICES))
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    missing = {name: secrets.token_hex(32) for name in names if name not in known}
    if missing:
        _write(path, known | missing, 0o600)
    return known | missing


def _ports(path: Path) -> dict[str, int]:
    known: dict[str, int] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    wished = int(os.environ.get("GONGKAI_PORT") or known.get("edge") or EDGE_PORT)
    chosen = {"edge": free_port(wished)}
    for name in SERVERS:
        port = free_port(known.get(name, 0))
        while port in chosen.values():
            port = free_port()
        chosen[name] = port
    if chosen != known:
        _write(path, chosen, 0o644)
    return chosen


def _write(path: Path, content: object, mode: int) -> None:
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as handle:
        json.dump(content, handle, indent=1)
    making.rename(path)
