"""`python -m deploy.embedded up` as a person runs it: one address, nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.embedded.household import ROOT
from deploy.embedded.records import Record, Records
from tests.deploy.test_supervisor import eventually
from tlog.policy import parse_policy

pytestmark = pytest.mark.slow


@dataclass
class Running:
    """A platform under test."""

    process: subprocess.Popen[bytes]
    data: Path

    def children(self) -> dict[str, Record]:
        return Records(self.data / "run").read()

    def url(self) -> str:
        ports = json.loads((self.data / "ports.json").read_text("utf-8"))
        return f"http://127.0.0.1:{ports['edge']}"

    def said(self) -> str:
        return (self.data / "said").read_text("utf-8")


def start(data: Path) -> Running:
    """Start it and wait until it says that it is up."""
    own = {"GONGKAI_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    data.mkdir(exist_ok=True)
    with (data / "said").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.embedded", "up"],
            cwd=ROOT,
            env=os.environ | own,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Running(process, data)

    def up() -> bool:
        assert process.poll() is None, running.said()
        return "公开平台已启动" in running.said()

    eventually(up, 150)
    return running


@pytest.fixture(scope="module")
def data(scratch: Path) -> Iterator[Path]:
    folder = scratch / "platform"
    yield folder
    for record in Records(folder / "run").read().values():
        record.signal(signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def test_it_starts_serves_survives_and_stops(data: Path) -> None:
    first = start(data)
    url = first.url()
    page = httpx.get(f"{url}/signin/", trust_env=False)
    assert "登录政务公开平台" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert httpx.get(f"{url}/static/vendor/htmx.min.js", trust_env=False).status_code == 200
    secret = (data / "secrets.json").stat()
    assert secret.st_mode & 0o777 == 0o600

    policy = parse_policy((data / "ledger/policy.txt").read_bytes())
    witness = policy.witnesses["demo"]
    assert httpx.get(f"{witness.url}/", trust_env=False).text == f"{witness.vkey}\n"
    for key in ("signer/key-1", "witness/key"):
        assert (data / key).stat().st_mode & 0o777 == 0o400

    first.process.kill()
    first.process.wait()
    left = first.children()
    assert {"edge", "signin", "postgres", "kafka", "signer", "witness"} <= set(left)

    second = start(data)
    assert parse_policy((data / "ledger/policy.txt").read_bytes()).logs == policy.logs
    assert not any(record.alive() for name, record in left.items()), "an old process lives on"
    assert second.url() == url
    began = time.monotonic()
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert not any(record.alive() for record in second.children().values())
