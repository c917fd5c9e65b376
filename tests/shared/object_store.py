"""A real S3-compatible server for one test run: SeaweedFS, from its wheel."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import orjson
from pydantic import SecretStr

from deploy.embedded.processes import free_port, kill, spawn, wait_until

WEED = Path(sys.executable).parent / "weed"
PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
    "filer.port.grpc", "s3.port", "s3.port.grpc",
)  # fmt: skip
KEY, SECRET = "gongkai", "a secret of the tests"


class ObjectStore:
    """`endpoint` is its address; a bucket is made when something is first put into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in PORTS}
        self.endpoint = f"http://127.0.0.1:{self._ports['s3.port']}"
        self.settings = {
            "blobs": "s3://gongkai/files", "s3_endpoint": self.endpoint, "s3_key": KEY,
            "s3_secret": SecretStr(SECRET),
        }  # fmt: skip

    def start(self) -> None:
        """Return when it answers."""
        allowed = self._folder / "s3.json"
        allowed.parent.mkdir(parents=True, exist_ok=True)
        who = {"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}]}
        allowed.write_bytes(
            orjson.dumps({"identities": [{**who, "actions": ["Admin", "Read", "Write", "List"]}]})
        )
        options = {
            "dir": self._folder, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "volume.max": 10,
            "master.telemetry": "false", "master.volumeSizeLimitMB": 64, "s3.config": allowed,
            "s3.port.iceberg": 0, "s3.port.lance": 0,
            "filer.localSocket": self._folder / "filer.sock", **self._ports,
        }  # fmt: skip
        log = self._folder / "weed.log"
        arguments = [f"-{name}={value}" for name, value in options.items()]
        self._process = spawn([WEED, "server", "-s3", *arguments], log)
        wait_until(self._answers, self._process, "SeaweedFS", log, 60)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.endpoint}/healthz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """SIGKILL: asked politely it takes 25 seconds. It leaves its sockets outside its folder."""
        kill(self._process)
        for port in self._ports.values():
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink()
