"""The dependency rules hold, and each of them can fail: a violation is planted in a copy and seen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
PACKAGES = ("services", "shared", "tlog", "signer", "witness", "deploy")
LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)
NEVER_EACH_OTHER = "Services never import each other"
NO_IO = "Domain code does no I/O"
KERNEL = "The kernel knows no service"
DEPLOYMENT = "Deployment starts programs by name and imports none of them"
CORE = "The provable core does no I/O and knows nobody"
HOLDERS = "Signer and witness know no service"
APART = "Signer and witness share nothing but the core"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and the contracts, where a violation may be planted."""
    shutil.copy(HERE / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        skipped = shutil.ignore_patterns("__pycache__", "templates", "static", "node_modules")
        shutil.copytree(HERE / package, tmp_path / package, ignore=skipped)
    return tmp_path


def verdicts(folder: Path) -> dict[str, str]:
    """KEPT or BROKEN by contract."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    assert (done.returncode == 0) == ("BROKEN" not in found.values())
    return found


def contracts() -> list[str]:
    settings = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def test_every_contract_is_kept(copy: Path):
    assert verdicts(copy) == dict.fromkeys(contracts(), "KEPT")


VIOLATIONS = [
    (NEVER_EACH_OTHER, "services/approval/planted.py", "import services.catalog"),
    (NEVER_EACH_OTHER, "services/audit/domain/planted.py", "from services.publisher import domain"),
    (NO_IO, "services/approval/domain/planted.py", "import asyncpg"),
    (NO_IO, "services/catalog/domain/planted.py", "import httpx"),
    (NO_IO, "services/publisher/domain/planted.py", "from fastapi import FastAPI"),
    (NO_IO, "services/feedback/domain/planted.py", "from shared.store import append"),
    (NO_IO, "services/audit/domain/planted.py", "import shared.watermark  # leads to the database"),
    (KERNEL, "shared/planted.py", "from services.approval import domain"),
    (KERNEL, "shared/planted.py", "import deploy"),
    (DEPLOYMENT, "deploy/planted.py", "import services.audit"),
    (CORE, "tlog/planted.py", "import sqlite3"),
    (CORE, "tlog/planted.py", "from shared.errors import DomainError"),
    (APART, "signer/planted.py", "import witness"),
    (HOLDERS, "witness/planted.py", "from services.audit import settings"),
]


@pytest.mark.parametrize(("contract", "place", "line"), VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(copy: Path, contract: str, place: str, line: str):
    (copy / place).write_text(f"{line}\n", "utf-8")
    broken = {name for name, verdict in verdicts(copy).items() if verdict == "BROKEN"}
    assert broken == {contract}


def test_every_contract_has_a_violation_that_breaks_it():
    assert {contract for contract, _, _ in VIOLATIONS} == set(contracts())
