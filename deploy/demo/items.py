"""The second chapter: each item drafted, submitted, reviewed, as far as its story goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from deploy.demo.client import Platform, StoryStopped
from deploy.demo.story import Item, Story, day

CATALOG = "/catalog/api/v1"
APPROVAL = "/approval/api/v1"


def draft_of(item: Item, story: Story, today: date) -> dict[str, Any]:
    """The drafting form, filled in by the clerk."""
    leader = story.holders(item.agency, "PRINCIPAL_LEADER", "DEPUTY_LEADER")
    return {
        "agency": item.agency, "title": item.title, "docNo": item.doc_no, "body": item.html(),
        "disclosingBody": item.body_organ, "affairsType": item.affairs, "category": item.category,
        "attribute": item.attribute, "ground": item.ground if item.attribute != "PROACTIVE" else None,
        "groundReason": item.ground_reason, "durationClass": item.duration,
        "rings": [
            {"scope": scope, "audience": audience, "channels": channels}
            for scope, audience, channels in item.rings
        ],
        "legalBasis": item.basis, "documentKind": item.kind, "important": item.important,
        "formedOn": day(today, item.formed),
        "eventOn": day(today, item.event) if item.event is not None else None,
        "duty": {"task": f"公开《{item.title}》", "leader": leader[0], "leadOrgan": item.body_organ,
                 "deadline": day(today, item.formed + 20), "responsible": item.drafter},
    }  # fmt: skip


def tell(platform: Platform, story: Story, item: Item, today: date) -> Iterator[str]:
    """Draft, submit and review one item as far as it goes; what is done already is left alone."""
    known = platform.find(item.drafter, f"{CATALOG}/items/{item.id}")
    if known is None:
        form = draft_of(item, story, today)
        platform.do(item.drafter, "PUT", f"{CATALOG}/items/{item.id}", patient=True, json=form)
        known = platform.do(item.drafter, "GET", f"{CATALOG}/items/{item.id}")
        yield "拟稿"
    if item.ends == "draft":
        return
    if known["status"] == "DRAFT":
        body = {"expected": known["version"]}
        platform.do(item.drafter, "POST", f"{CATALOG}/items/{item.id}/submit", json=body)
        yield "送审"
    yield from _review(platform, story, item)


def _review(platform: Platform, story: Story, item: Item) -> Iterator[str]:
    path = f"{APPROVAL}/reviews/{item.id}/1"
    review = platform.until(f"《{item.title}》进入审查", lambda: platform.find(item.drafter, path))
    wanted = len(review["steps"]) if item.ends in ("approved", "released") else item.passed
    while review["status"] == "PENDING" and (passed := _passed(review)) < wanted:
        who = _reviewer(story, item, review)
        platform.do(who, "POST", f"{path}/pass", patient=True, json=_seen(review))
        review = platform.do(item.drafter, "GET", path)
        yield f"第{passed + 1}步审查通过"
    if review["status"] == "PENDING" and item.ends in ("returned", "withheld"):
        yield _stop(platform, story, item, review, path)


def _stop(platform: Platform, story: Story, item: Item, review: dict[str, Any], path: str) -> str:
    """The one whose turn it is returns it, or determines that it is withheld."""
    who = _reviewer(story, item, review)
    body = _seen(review) | {"reason": item.reason}
    if item.ends == "returned":
        platform.do(who, "POST", f"{path}/return", patient=True, json=body)
        return "退回"
    body |= {"mode": "WITHHELD", "ground": item.ground, "neutralTitle": item.neutral_title}
    platform.do(who, "POST", f"{path}/withhold", patient=True, json=body)
    return "确定不予公开"


def _passed(review: dict[str, Any]) -> int:
    return sum(
        decision["outcome"] == "PASSED" and decision["round"] == "CURRENT"
        for decision in review["decisions"]
    )


def _seen(review: dict[str, Any]) -> dict[str, Any]:
    """What the person decides from."""
    return {"version": review["version"], "manifestHash": review["manifestHash"]}


def _reviewer(story: Story, item: Item, review: dict[str, Any]) -> str:
    """Somebody with the role of the waiting step who had no hand in the item yet."""
    roles = next(step["roles"] for step in review["steps"] if step["step"] == review["step"])
    before = {item.drafter, *(decision["person"] for decision in review["decisions"])}
    free = [who for who in story.holders(item.agency, *roles) if who not in before]
    if not free:
        raise StoryStopped(f"《{item.title}》的环节 {review['step']} 没有可用的审查人")
    return free[0]
