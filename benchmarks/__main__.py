"""`python -m benchmarks [NAME …] [--markdown]`: every benchmark in a process of its own, one after the other.

`--markdown` also writes the table, with date, command and machine, into docs/benchmarks.md, and what
concerns embedded mode into docs/embedded.md.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import KEPT, Figure, collected, number
from benchmarks.machine import busy, description
from benchmarks.page import EMBEDDED, PAGE, written
from deploy.embedded.household import ROOT
from deploy.embedded.supervisor import stoppable
from shared.workdays import CHINA

NAMES = ("kernel", "bus", "rebuilding", "publishing", "portal", "ledger", "embedded")
LONGEST = 800.0  # seconds for all of them
ONE = 200.0  # seconds for one
TIDYING = 20.0  # seconds to end its servers after SIGTERM

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Outcome:
    """What one benchmark told; `failed` says in one word why it told nothing more."""

    name: str
    figures: Sequence[Figure]
    failed: str
    seconds: float


def measured(name: str, patience: float) -> Outcome:
    """Run one benchmark; what it prints is seen at once."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gongkai-figures-") as folder:
        kept = Path(folder) / "figures.jsonl"
        process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{name}"],
            cwd=ROOT, env=os.environ | {KEPT: str(kept)}, start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(patience)
            failed = f"退出码 {code}" if code else ""
        except subprocess.TimeoutExpired:
            failed = f"超过 {patience:.0f} 秒"
        finally:
            _end(process)
        return Outcome(name, collected(kept), failed, time.monotonic() - began)


def _end(process: subprocess.Popen[bytes]) -> None:
    """It ends its own servers; what does not end is killed with its group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(TIDYING)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def run(names: Sequence[str]) -> list[Outcome]:
    outcomes, end = [], time.monotonic() + LONGEST
    for name in names:
        left = min(ONE, end - time.monotonic())
        console.rule(f"python -m benchmarks.{name}")
        outcome = measured(name, left) if left > 0 else Outcome(name, (), "时间用完", 0)
        console.print(outcome.failed or f"用时 {outcome.seconds:.0f} 秒", style="dim")
        outcomes.append(outcome)
    return outcomes


def table(outcomes: Sequence[Outcome]) -> Table:
    shown = Table(title="性能")
    for title in ("项目", "结果", "目标", "本机极限", "判定"):
        shown.add_column(title, overflow="fold")
    for outcome in outcomes:
        for one in outcome.figures:
            style = "green" if one.met else "bold red"
            result = f"{number(one.value)} {one.unit}"
            shown.add_row(
                one.name, result, one.aim_text(), one.limit_text(), one.verdict, style=style
            )
        if outcome.failed:
            shown.add_row(outcome.name, outcome.failed, style="bold red")
    return shown


def main() -> int:
    """Exit code: 1 when a benchmark failed; an aim that was missed is shown, not punished."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help="、".join(NAMES))
    parser.add_argument("--markdown", action="store_true", help=f"写入 {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"没有这个项目：{'、'.join(sorted(unknown))}")
    if given.markdown and given.names:
        parser.error("--markdown 写整张表，不能只测几项")
    console.print(description())
    if warning := busy():
        console.print(warning, style="bold yellow")
    outcomes = run(given.names or NAMES)
    console.print(table(outcomes))
    if given.markdown:
        figures = [(outcome.name, one) for outcome in outcomes for one in outcome.figures]
        embedded = [(name, one) for name, one in figures if name == "embedded"]
        now, machine = datetime.now(CHINA), f"{description()} {warning}"
        written(PAGE, figures, "make bench", now, machine)
        written(EMBEDDED, embedded, "python -m benchmarks.embedded", now, machine)
    return int(any(outcome.failed for outcome in outcomes))


if __name__ == "__main__":
    with stoppable():
        sys.exit(main())
