"""`python -m tests.faults.kill_drill --kills N --items M --seed S`: every process killed, nothing lost.

Each process by name, the supervisor included, is SIGKILLed N times at random moments while M items
go from draft to publication. Exit code 1 when anything is lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from deploy.demo.story import read_story
from tests.faults.comparison import Row, compared
from tests.faults.house import House
from tests.faults.inhabited import inhabited
from tests.faults.walk import Walk, items_of


@dataclass
class Outcome:
    """What was killed how often, and what the comparison says."""

    kills: Counter[str] = field(default_factory=Counter)
    rows: Sequence[Row] = ()
    failed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def good(self) -> bool:
        return bool(self.rows) and not self.failed and all(row.good for row in self.rows)


def drill(kills: int, items: int, seed: int, say: Callable[[str], None]) -> Outcome:
    """One drill on a platform of its own, which is removed afterwards."""
    began, outcome, story = time.monotonic(), Outcome(), read_story()
    with inhabited(story) as house:
        walk = Walk(house, story, items_of(story, items, seed))
        say(f"平台就绪（{time.monotonic() - began:.0f} 秒），进程：{'、'.join(house.names)}")
        _under_fire(house, walk, kills, seed, outcome, say)
        outcome.failed = walk.failed
        outcome.rows = asyncio.run(compared(house, walk.items))
    outcome.seconds = time.monotonic() - began
    return outcome


def _under_fire(
    house: House, walk: Walk, kills: int, seed: int, outcome: Outcome, say: Callable[[str], None]
) -> None:
    """The items begin as the kills go on, so that there is work at every kill."""
    chance = random.Random(seed)
    order = [name for name in house.names for _ in range(kills)]
    chance.shuffle(order)
    walking = threading.Thread(target=walk.run)
    walking.start()
    for done, name in enumerate(order):
        walk.allowed = max(walk.allowed, 2 + len(walk.items) * done // len(order))
        time.sleep(chance.uniform(0.2, 2.5))
        house.kill(name)
        outcome.kills[name] += 1
        say(f"{done + 1}/{len(order)} 杀死 {name}，已完成 {len(walk.done)} 项")
    walk.allowed = len(walk.items)
    walking.join()


def table(outcome: Outcome) -> Table:
    shown = Table("比对", "应有", "实有", "丢失", "重复", "说明", title="强杀演练")
    for row in outcome.rows:
        style = "" if row.good else "bold red"
        numbers = (row.expected, row.found, row.lost, row.doubled)
        shown.add_row(row.what, *map(str, numbers), row.note, style=style)
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill_drill")
    parser.add_argument("--kills", type=int, default=20, help="每个进程被杀次数")
    parser.add_argument("--items", type=int, default=50, help="走完全程的事项数")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    console = Console()
    outcome = drill(given.kills, given.items, given.seed, console.print)
    for item, problem in outcome.failed.items():
        console.print(f"未走完：{item}：{problem}", style="red", markup=False)
    console.print(table(outcome))
    kills = "，".join(f"{name} {n}" for name, n in sorted(outcome.kills.items()))
    console.print(f"共杀死 {outcome.kills.total()} 次（{kills}），用时 {outcome.seconds:.0f} 秒")
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
