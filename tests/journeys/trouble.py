"""What goes wrong while people work: two at once, the broker gone, the database gone, a restart."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from deploy.demo import items as chapter
from deploy.demo import publishing
from deploy.demo.client import Platform, now
from deploy.demo.items import draft_of
from deploy.demo.story import Item, Story
from shared.workdays import legal_day
from tests.faults.walk import items_of

CATALOG, APPROVAL = "/catalog/api/v1", "/approval/api/v1"
CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")
WAITING = "消息传递暂时中断"


def item_of(story: Story, seed: int) -> Item:
    """One for the website and WeChat, drafted by p-chen of the justice bureau."""
    return items_of(story, 1, seed)[0]


def taken(platform: Platform, story: Story, item: Item, ends: str, passed: int = 0) -> None:
    """As far as `ends` says; what is done already is left alone."""
    known = item.model_copy(update={"ends": ends, "passed": passed})
    for _ in chapter.tell(platform, story, known, legal_day(now())):
        pass


def submitted(platform: Platform, story: Story, item: Item) -> None:
    """Drafted and sent to review, whether or not the review hears of it."""
    path = f"{CATALOG}/items/{item.id}"
    platform.do("p-chen", "PUT", path, json=form_of(story, item))
    platform.do("p-chen", "POST", f"{path}/submit", json={"expected": None})


def out(platform: Platform, story: Story, item: Item) -> None:
    """Through all reviews and onto its channels."""
    taken(platform, story, item, "released")
    for _ in publishing.tell_all(platform, story, [item], legal_day(now()), None):
        pass


def at_once(*acts: Callable[[], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(lambda act: act(), acts))


def second_reviewer(platform: Platform) -> str:
    """Somebody else in the bureau who reviews for secrecy; approval has heard of it."""
    body = {"agencyId": "linjiang-sfj", "organId": "o-sfj-service", "position": "科长",
            "roles": ["SECTION_HEAD", "FEEDBACK_HANDLER", "DRAFTER", "SECRECY_REVIEWER"],
            "since": "2024-01-01", "until": None}  # fmt: skip
    platform.do("p-sun", "POST", f"{CATALOG}/people/p-liu/appointments", json=body)
    return "p-liu"


def decided_at_once(platform: Platform, item: Item, other: str) -> list[httpx.Response]:
    """One passes it, the other returns it, both from the same page."""
    path = f"{APPROVAL}/reviews/{item.id}/1"
    platform.until(
        "两人的待办",
        lambda: all(item.id in str(platform.find(p, f"{APPROVAL}/tasks")) for p in ("p-li", other)),
    )
    review = platform.do("p-li", "GET", path)
    seen = {"version": review["version"], "manifestHash": review["manifestHash"]}
    reason = seen | {"reason": "附件缺少盖章页"}
    return at_once(
        lambda: platform.once("p-li", "POST", f"{path}/pass", json=seen),
        lambda: platform.once(other, "POST", f"{path}/return", json=reason),
    )


def submitted_at_once(platform: Platform, item: Item) -> list[httpx.Response]:
    """A double click."""
    path = f"{CATALOG}/items/{item.id}/submit"
    body = {"expected": platform.do("p-chen", "GET", f"{CATALOG}/items/{item.id}")["version"]}
    return at_once(*[lambda: platform.once("p-chen", "POST", path, json=body)] * 2)


def form_of(story: Story, item: Item) -> dict[str, Any]:
    return draft_of(item, story, legal_day(now()))


def saved_from_an_old_page(platform: Platform, story: Story, item: Item) -> Any:
    """The problem that the slower of two windows gets."""
    form, path = form_of(story, item), f"{CATALOG}/items/{item.id}"
    version = platform.do("p-chen", "GET", path)["version"]
    first = form | {"body": "<p>先保存的内容</p>"}
    platform.do("p-chen", "PUT", f"{path}?expected={version}", json=first)
    second = form | {"body": "<p>后保存的内容</p>"}
    answer = platform.once("p-chen", "PUT", f"{path}?expected={version}", json=second)
    assert answer.status_code == 409
    return answer.json()


def page(platform: Platform, who: str, path: str) -> httpx.Response:
    return platform.once(who, "GET", path, headers={"Accept": "text/html"})


def severed(platform: Platform) -> None:
    """A statement that was on its way may still be finished after the server was killed."""
    platform.until("断开", lambda: platform.once("p-chen", "GET", f"{CATALOG}/tasks").is_error)


def says_that_it_waits(platform: Platform, path: str) -> bool:
    return WAITING in page(platform, "p-chen", path).text


def told_in_chinese(answer: httpx.Response) -> str:
    """The words of a problem, as a program or as a person reads them."""
    if "json" in answer.headers["content-type"]:
        problem = answer.json()
        words = str(problem.get("detail") or problem["title"])
    else:
        words = answer.text.partition("<main")[2]
    assert CHINESE.search(words), words
    return words
