"""How a benchmark prints: the figure, its aim, and the machine's own limit from the same run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


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


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank; NaN for nothing."""
    ranked = sorted(values)
    return ranked[math.ceil(percent / 100 * len(ranked)) - 1] if ranked else math.nan


def show(figures: Sequence[Figure]) -> None:
    for figure in figures:
        limit = (
            "" if figure.limit is None else f"；{figure.limit_is} {figure.limit:,.0f} {figure.unit}"
        )
        sign = "≤" if figure.lower else "≥"
        verdict = "达到" if figure.met else "未达到"
        aim = f"目标 {sign} {figure.aim:,.0f}，{verdict}{limit}"
        print(f"{figure.name}：{figure.value:,.0f} {figure.unit}（{aim}）", flush=True)
