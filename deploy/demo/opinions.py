"""The last chapter: citizens write, the agency answers, a second person releases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from deploy.demo.client import Platform
from deploy.demo.story import Item, Opinion, Story, day

FEEDBACK = "/feedback/api/v1"
# How far an opinion of each ending has come, in steps after it was received.
FAR = {"new": 0, "rejected": 0, "accepted": 1, "assigned": 2, "answered": 3, "returned": 3,
       "released": 3}  # fmt: skip
STAGES = ("RECEIVED", "ACCEPTED", "ASSIGNED", "ANSWERED")


def tell(
    platform: Platform, story: Story, item: Item, opinion: Opinion, today: date
) -> Iterator[str]:
    """Take one opinion as far as it goes; what is done already is left alone."""
    office = story.holders(item.agency, "DISCLOSURE_OFFICE")[0]
    path = f"{FEEDBACK}/feedbacks/{opinion.id}"
    known = platform.find(office, path)
    if known is None:
        _receive(platform, item, opinion, office, today, path)
        yield "收到意见"
        known = platform.do(office, "GET", path)
    if known["stage"] not in STAGES or known.get("returnReason"):
        return
    for step in range(STAGES.index(known["stage"]), FAR[opinion.ends]):
        yield _advance(platform, story, item, opinion, step, path)
    yield from _end(platform, story, item, opinion, path)


def _receive(
    platform: Platform, item: Item, opinion: Opinion, office: str, today: date, path: str
) -> None:
    body = {"itemId": item.id, "kind": opinion.kind, "text": opinion.text, "name": opinion.name,
            "contact": opinion.contact}  # fmt: skip
    if opinion.channel == "WEB":
        platform.do("citizen", "PUT", path, patient=True, json=body)
        return
    body |= {"channel": opinion.channel, "receivedOn": day(today, opinion.received)}
    platform.do(office, "PUT", f"{path}/entry", patient=True, json=body)


def _advance(
    platform: Platform, story: Story, item: Item, opinion: Opinion, step: int, path: str
) -> str:
    office = story.holders(item.agency, "DISCLOSURE_OFFICE")[0]
    handler = story.holders(item.agency, "FEEDBACK_HANDLER")[0]
    if step == 0:
        platform.do(office, "POST", f"{path}/screen", json={"outcome": "ACCEPTED"})
        return "受理意见"
    if step == 1:
        platform.do(office, "POST", f"{path}/assign", patient=True, json={"handler": handler})
        return "交办意见"
    platform.do(handler, "POST", f"{path}/answer", json={"text": opinion.answer})
    return "答复意见"


def _end(
    platform: Platform, story: Story, item: Item, opinion: Opinion, path: str
) -> Iterator[str]:
    office = story.holders(item.agency, "DISCLOSURE_OFFICE")[0]
    if opinion.ends == "rejected":
        body = {"outcome": "REJECTED", "reason": opinion.reason, "reasonText": opinion.reason_text}
        platform.do(office, "POST", f"{path}/screen", json=body)
        yield "不予受理"
    elif opinion.ends == "returned":
        platform.do(office, "POST", f"{path}/return", json={"reason": opinion.reason_text})
        yield "退回答复"
    elif opinion.ends == "released":
        platform.do(office, "POST", f"{path}/release", json={"adopted": opinion.adopted})
        yield "公布办理结果"
