"""Items walked from draft to publication by the people of the demo story, however often a step fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from deploy.demo import items as chapter
from deploy.demo import publishing
from deploy.demo.client import StoryStopped, now
from deploy.demo.story import Item, Story
from shared.workdays import legal_day
from tests.faults.house import House
from tests.faults.inhabited import visiting

WALKERS = 4
PATIENCE = 900.0  # seconds for one item, whatever is killed meanwhile


def items_of(story: Story, count: int, seed: int) -> list[Item]:
    """Items for the website and WeChat, made after those that the story publishes."""
    models = [i for i in story.items if i.ends == "released" and "WECHAT" in i.channels]
    return [
        models[n % len(models)].model_copy(
            update={
                "key": f"drill-{seed}-{n}",
                "title": f"{models[n % len(models)].title}（演练{seed}之{n}）",
                "rings": (("PUBLIC", (), ("WEBSITE", "WECHAT")),),
                "opinions": (), "photo": False, "failing": None, "doc_no": None,
            }
        )
        for n in range(count)
    ]  # fmt: skip


@dataclass
class Walk:
    """All items, a few at a time. `allowed` says how many may have begun: it grows with the kills."""

    house: House
    story: Story
    items: Sequence[Item]
    allowed: int = 0
    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Returns when every item is public or has failed."""
        with ThreadPoolExecutor(WALKERS) as pool:
            list(pool.map(self._walk, range(len(self.items))))
        self.ended.set()

    def _walk(self, number: int) -> None:
        while number >= self.allowed:
            time.sleep(0.1)
        item, end = self.items[number], time.monotonic() + PATIENCE
        while True:
            try:
                self._tell(item)
                self.done.append(item.id)
                return
            except Exception as problem:
                passing = isinstance(problem, StoryStopped | httpx.HTTPError | OSError | ValueError)
                if not passing or time.monotonic() > end:
                    self.failed[item.id] = repr(problem)
                    return
                time.sleep(1)

    def _tell(self, item: Item) -> None:
        """Every step looks first what is done already."""
        today = legal_day(now())
        with visiting(self.house, self.story) as platform:
            for _ in chapter.tell(platform, self.story, item, today):
                pass
            for _ in publishing.tell_all(platform, self.story, [item], today, None):
                pass
