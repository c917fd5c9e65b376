"""Items brought up to their last decision, over HTTP, by the people of the demo story; released by policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from deploy.demo import items as chapter
from deploy.demo.client import Platform, now
from deploy.demo.setting_up import CATALOG, administrator
from deploy.demo.story import Item, Story
from services.catalog.policy.files import policy_set
from shared.workdays import legal_day
from tests.faults.house import House
from tests.faults.inhabited import visiting

AT_ONCE = 6
CHANNELS = ("WEBSITE", "WECHAT", "NOTICE_BOARD")


@dataclass(frozen=True)
class Ready:
    """An item whose last decision is `body`, sent by `who` to `path`."""

    item: Item
    path: str
    who: str
    body: dict[str, Any]


def items_of(story: Story, count: int) -> list[Item]:
    """For website, WeChat and notice board, all of one agency, after those that the story publishes."""
    models = [i for i in story.items if i.ends == "released" and "WECHAT" in i.channels]
    models = [model for model in models if model.agency == models[0].agency]
    return [
        models[n % len(models)].model_copy(
            update={
                "key": f"speed-{n}",
                "title": f"{models[n % len(models)].title}（测速之{n}）",
                "rings": (("PUBLIC", (), CHANNELS),),
                "ends": "review", "passed": 2, "opinions": (), "doc_no": None,
            }
        )
        for n in range(count)
    ]  # fmt: skip


def released_by_policy(platform: Platform, story: Story, agency: str) -> None:
    """From now on what is approved there goes out at once."""
    policy = policy_set(next(a.policy for a in story.agencies if a.id == agency))
    for chain in policy["chains"].values():
        chain["release"] = "POLICY"
    body = {"effectiveFrom": "2025-01-01", "policy": policy}
    platform.do(administrator(story), "PUT", f"{CATALOG}/policies/{agency}/2026.speed", json=body)


def prepared(house: House, story: Story, items: Sequence[Item]) -> list[Ready]:
    """Drafted, submitted, and passed by all but the last; several at once."""
    with ExitStack() as stack:
        own = threading.local()

        def work(item: Item) -> Ready:
            if not hasattr(own, "platform"):
                own.platform = stack.enter_context(visiting(house, story))
            return _ready(own.platform, story, item)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(work, items))


def _ready(platform: Platform, story: Story, item: Item) -> Ready:
    _exhaust(chapter.tell(platform, story, item, legal_day(now())))
    path = f"{chapter.APPROVAL}/reviews/{item.id}/1"
    review = platform.do(item.drafter, "GET", path)
    last = review["steps"][-1]
    assert review["step"] == last["step"], f"《{item.title}》停在 {review['step']}"
    body = {"version": review["version"], "manifestHash": review["manifestHash"]}
    return Ready(item, f"{path}/pass", story.holders(item.agency, *last["roles"])[0], body)


def _exhaust(steps: Iterator[str]) -> None:
    for _ in steps:
        pass
