"""How a benchmark prints: the figure, its aim, and the machine's own limit from the same run."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = "GONGKAI_FIGURES"  # a file that collects the figures of several benchmarks, a JSON line each


@dataclass(frozen=True)
class Figure:
    """One measured figure. `limit` is what the machine does without us; `aim` what was promised."""

    name: str
    value: float
    unit: str
    limit: float | None
    limit_is: str
    aim: float
    lower: bool = False  # whether lower is better

    @property
    def met(self) -> bool:
        return self.value <= self.aim if self.lower else self.value >= self.aim

    @property
    def verdict(self) -> str:
        return "达到" if self.met else "未达到"

    def aim_text(self) -> str:
        return f"{'≤' if self.lower else '≥'} {number(self.aim)}"

    def limit_text(self) -> str:
        return "—" if self.limit is None else f"{number(self.limit)}（{self.limit_is}）"


def number(value: float) -> str:
    """Three digits are enough: 12,345 · 123 · 12.3 · 1.23."""
    digits = 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank; NaN for nothing."""
    ranked = sorted(values)
    return ranked[math.ceil(percent / 100 * len(ranked)) - 1] if ranked else math.nan


def show(figures: Sequence[Figure]) -> None:
    """Print, and keep for the table when GONGKAI_FIGURES names a file."""
    for figure in figures:
        limit = "" if figure.limit is None else f"；本机极限 {figure.limit_text()}"
        aim = f"目标 {figure.aim_text()}，{figure.verdict}{limit}"
        print(f"{figure.name}：{number(figure.value)} {figure.unit}（{aim}）", flush=True)
    if kept := os.environ.get(KEPT):
        with Path(kept).open("a", encoding="utf-8") as file:
            file.writelines(
                json.dumps(asdict(figure), ensure_ascii=False) + "\n" for figure in figures
            )


def collected(path: Path) -> list[Figure]:
    """What `show` has kept there."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [Figure(**json.loads(line)) for line in lines]
