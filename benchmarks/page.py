"""The tables of docs/benchmarks.md and docs/embedded.md: written between two marks, the prose is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.figures import Figure, number

DOCS = Path(__file__).parents[1] / "docs"
PAGE, EMBEDDED = DOCS / "benchmarks.md", DOCS / "embedded.md"
BEGIN, END = (
    "<!-- figures: written by `python -m benchmarks --markdown` -->\n",
    "<!-- end of figures -->",
)


class NoMarks(Exception):
    """The page has lost the marks between which the table stands."""


def rows(figures: Sequence[tuple[str, Figure]]) -> list[str]:
    """One line of Markdown for each figure."""
    return [
        f"| `{name}` | {one.name} | {number(one.value)} {one.unit} | {one.aim_text()} | {one.verdict} |"
        f" {one.limit_text()} |"
        for name, one in figures
    ]


def replaced(page: str, table: str) -> str:
    """The page with another table. Raises NoMarks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise NoMarks
    return before + begin + table + end + after


def written(
    page: Path, figures: Sequence[tuple[str, Figure]], command: str, at: datetime, machine: str
) -> None:
    """Write date, command, machine and figures into the page. Raises NoMarks."""
    head = f"{at:%Y-%m-%d %H:%M}（北京时间），`{command}`，{machine.strip()}\n"
    titles = "| 命令 | 项目 | 结果 | 目标 | 判定 | 本机极限（同一次运行中测得） |\n|---|---|---|---|---|---|"
    table = "\n".join([head, titles, *rows(figures)])
    page.write_text(replaced(page.read_text("utf-8"), f"{table}\n"), "utf-8")
