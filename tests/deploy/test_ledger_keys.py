"""Keys and policy of the ledger in embedded mode: made once, the same after whatever happened since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.embedded.household import Household
from deploy.embedded.ledger import prepare
from tests.tlog.logs import SECOND
from tlog.policy import parse_policy


@pytest.fixture
def home(tmp_path: Path) -> Household:
    ports = {"signer": 15_001, "witness": 15_002}
    return Household(tmp_path, {"signer": "secret"}, ports, "http://127.0.0.1:8080")


def test_keys_are_made_once_and_an_interrupted_start_goes_on_with_them(home: Household) -> None:
    prepare(home)
    first = home.policy.read_bytes()
    policy = parse_policy(first)
    assert policy.log_keys("127.0.0.1:8080/audit/log") == [policy.logs[0].vkey]
    trusted = (home.data / "witness/logs.txt").read_text("utf-8")
    assert trusted.count(f"log {policy.logs[0].vkey}\n") == 1

    home.policy.unlink()
    prepare(home)
    assert home.policy.read_bytes() == first
    assert (home.data / "witness/logs.txt").read_text("utf-8") == trusted


def test_another_port_moves_our_witness_and_nothing_that_people_wrote(home: Household) -> None:
    prepare(home)
    own = f"witness archives {SECOND.vkey} https://archives.example/witness\n"
    text = home.policy.read_text("utf-8").replace("quorum", f"{own}quorum")
    home.policy.write_text(text, "utf-8")
    prepare(home)
    assert home.policy.read_text("utf-8") == text

    prepare(replace(home, ports=home.ports | {"witness": 15_003}))
    assert home.policy.read_text("utf-8") == text.replace(":15002\n", ":15003\n")
