"""Two items and their opinions through every command, with the word in every text of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from deploy.demo.client import now
from deploy.demo.photo import board_photo
from shared.ids import new_id
from shared.workdays import legal_day
from tests.journeys.commands import Marked

CATALOG, APPROVAL = "/catalog/api/v1", "/approval/api/v1"
PUBLISHER, FEEDBACK = "/publisher/api/v1", "/feedback/api/v1"
AGENCY, OFFICE = "linjiang-sfj", "o-sfj-office"
CHAIN = ("p-li", "p-wang", "p-zhou")


def lived(marked: Marked) -> set[str]:
    """Everything once. The texts that may stand in facts: names, and what was approved."""
    names = administered(marked)
    item, other = new_id(), new_id()
    approved = published(marked, item)
    withheld(marked, other)
    opinions(marked, item)
    return {*names, *approved}


def administered(marked: Marked) -> set[str]:
    """An agency, an organ, a person with a post, rules and a calendar year."""
    agency, organ, position = (marked.text(name) for name in ("机构", "组织", "职务"))
    mark = marked.word[2:].upper()
    body: Any = {"name": agency, "parentId": "linjiang", "code": f"LIVED{mark}", "kind": "BUREAU",
                 "level": "CITY"}  # fmt: skip
    marked.do("p-sun", "PUT", f"{CATALOG}/agencies/lived-{mark}", body)
    body = {"agencyId": AGENCY, "name": organ, "kind": "SECTION", "parentId": None}
    marked.do("p-sun", "PUT", f"{CATALOG}/organs/o-{mark}", body)
    body = {"agencyId": AGENCY, "name": marked.text("姓名")}
    marked.do("p-sun", "PUT", f"{CATALOG}/people/p-{mark}", body)
    body = {"agencyId": AGENCY, "organId": f"o-{mark}", "position": position,
            "roles": ["FEEDBACK_HANDLER"], "since": "2024-01-01", "until": None}  # fmt: skip
    marked.do("p-sun", "POST", f"{CATALOG}/people/p-{mark}/appointments", body)
    body = {"effectiveFrom": "2024-01-01", "overlay": None}
    marked.do("p-sun", "PUT", f"{CATALOG}/policies/national/2026.1", body)
    return {agency, organ, position}


def draft(marked: Marked, title: str, files: list[Any], **changes: Any) -> dict[str, Any]:
    """A form with the word in every text."""
    today = legal_day(now())
    return {
        "agency": AGENCY, "title": title, "docNo": marked.text("文号")[:60],
        "body": f"<p>{marked.text('正文')}</p>", "files": files, "disclosingBody": OFFICE,
        "category": "ART20-11@gov-art20", "durationClass": "IMMEDIATE",
        "groundReason": marked.text("不公开理由"), "legalBasis": marked.text("依据"),
        "offCatalogReason": marked.text("目录外理由"), "documentKind": "NOTICE",
        "formedOn": (today - timedelta(days=2)).isoformat(),
        "rings": [{"scope": "PUBLIC", "audience": [], "channels": ["WEBSITE", "NOTICE_BOARD"]}],
        "duty": {"task": marked.text("任务"), "leader": "p-zhou", "leadOrgan": OFFICE,
                 "deadline": (today + timedelta(days=9)).isoformat(), "responsible": "p-chen"},
    } | changes  # fmt: skip


def published(marked: Marked, item: str) -> set[str]:
    """Drafted, withdrawn, returned, approved at the third attempt and released with a photo."""
    path, first, second = f"{CATALOG}/items/{item}", marked.text("首稿"), marked.text("二稿")
    name, title = f"{marked.text('附件')}.txt", marked.text("批准稿")
    sent: Any = {"files": {"file": (name, b"text", "text/plain")}, "params": {"agency": AGENCY}}
    file = marked.platform.do("p-chen", "POST", f"{CATALOG}/files", **sent)
    file["mediaType"] = marked.text("类型")  # what was found at the upload counts, not this
    marked.do("p-chen", "PUT", path, draft(marked, first, [file]))
    marked.do("p-chen", "POST", f"{path}/submit", {"expected": None})
    marked.do("p-chen", "POST", f"{path}/withdraw", {"expected": None})
    hash = revised(marked, path, draft(marked, second, [file]))
    decide(marked, "p-li", f"{item}/1", hash, "return", reason=marked.text("退回理由"))
    hash = revised(marked, path, draft(marked, title, [file]))
    for person in CHAIN:
        decide(marked, person, f"{item}/2", hash, "pass", note=marked.text("审查意见"))
    released(marked, item)
    return {title, draft(marked, title, [])["docNo"]}


def revised(marked: Marked, path: str, body: dict[str, Any]) -> str:
    """Changed and sent to review again, once catalog knows that it came back; the new text's hash."""
    platform = marked.platform
    platform.until(
        "可修改", lambda: platform.do("p-chen", "GET", path)["status"] in ("DRAFT", "RETURNED")
    )
    version = platform.do("p-chen", "GET", path)["version"]
    saved = platform.do("p-chen", "PUT", f"{path}?expected={version}", json=body)
    marked.do("p-chen", "POST", f"{path}/submit", {"expected": None})
    return str(saved["manifestHash"])


def released(marked: Marked, item: str) -> None:
    """On the website; the board's photo has a name of its own."""
    path, platform = f"{PUBLISHER}/publications/{item}", marked.platform
    found = platform.until("等待发布", lambda: platform.find("p-wang", path))
    marked.do("p-wang", "POST", f"{path}/release", {"expected": found["version"]})
    platform.until("公开", lambda: platform.do("p-wang", "GET", path)["status"] == "PUBLISHED")
    board = next(
        one for one in platform.do("p-wang", "GET", path)["deliveries"]
        if one["channel"] == "NOTICE_BOARD"
    )  # fmt: skip
    name, day = f"{marked.text('照片')}.png", legal_day(now()).isoformat()
    platform.do(
        "p-wang", "POST", f"{PUBLISHER}/deliveries/{board['key']}/confirm",
        data={"occurredOn": day}, files={"file": (name, board_photo("司法局", "照片", day), "image/png")},
    )  # fmt: skip


def decide(marked: Marked, person: str, place: str, hash: str, act: str, **body: Any) -> None:
    """Once the review of this very text is there."""
    path, platform = f"{APPROVAL}/reviews/{place}", marked.platform

    def opened() -> Any | None:
        review = platform.find(person, path)
        fits = review and review["manifestHash"] == hash and review["status"] == "PENDING"
        return review if fits else None

    review = platform.until("进入审查", opened)
    seen = {"version": review["version"], "manifestHash": review["manifestHash"]}
    marked.do(person, "POST", f"{path}/{act}", seen | body)


def withheld(marked: Marked, item: str) -> None:
    """Not disclosed, with a reason and a neutral title."""
    body = draft(marked, marked.text("不公开的标题"), [], attribute="PROACTIVE")
    saved = marked.do("p-chen", "PUT", f"{CATALOG}/items/{item}", body)
    marked.do("p-chen", "POST", f"{CATALOG}/items/{item}/submit", {"expected": None})
    decide(
        marked, "p-li", f"{item}/1", saved["manifestHash"], "withhold", mode="WITHHELD", ground="C4",
        reason=marked.text("不予公开理由"), neutralTitle=marked.text("中性标题"),
    )  # fmt: skip


def opinions(marked: Marked, item: str) -> None:
    """One refused, one handed over, one answered twice and released; then the words are destroyed."""
    refused, handed, answered = new_id(), new_id(), new_id()
    for one in (answered, handed):
        marked.do("citizen", "PUT", f"{FEEDBACK}/feedbacks/{one}", opinion(marked, item))
        screened(marked, one, "ACCEPTED")
        marked.do("p-wang", "POST", f"{FEEDBACK}/feedbacks/{one}/assign", {"handler": "p-liu"})
    entry = opinion(marked, item) | {
        "channel": "PHONE",
        "receivedOn": legal_day(now()).isoformat(),
        "website": marked.text("陷阱"),
    }
    marked.do("p-wang", "PUT", f"{FEEDBACK}/feedbacks/{refused}/entry", entry)
    screened(marked, refused, "REJECTED", reason="IRRELEVANT")
    body: Any = {"handler": f"p-{marked.word[2:].upper()}", "reason": marked.text("转办理由")}
    marked.do("p-wang", "POST", f"{FEEDBACK}/feedbacks/{handed}/reassign", body)
    path, reply = f"{FEEDBACK}/feedbacks/{answered}", {"text": marked.text("答复")}
    marked.do("p-liu", "POST", f"{path}/answer", reply)
    marked.do("p-wang", "POST", f"{path}/return", {"reason": marked.text("退回重拟")})
    marked.do("p-liu", "POST", f"{path}/answer", reply)
    marked.do("p-wang", "POST", f"{path}/release", {"adopted": True})
    who = marked.platform.do("p-wang", "GET", f"{FEEDBACK}/feedbacks/{handed}")["personRef"]
    marked.do("p-wang", "POST", f"{FEEDBACK}/erasures", {"agency": AGENCY, "personRef": who})


def opinion(marked: Marked, item: str) -> dict[str, Any]:
    return {"itemId": item, "kind": "OPINION", "text": marked.text("意见"),
            "name": marked.text("称呼"), "contact": marked.text("联系方式")}  # fmt: skip


def screened(marked: Marked, opinion: str, outcome: str, **more: Any) -> None:
    body = {"outcome": outcome, "reasonText": marked.text("理由说明"), **more}
    marked.do("p-wang", "POST", f"{FEEDBACK}/feedbacks/{opinion}/screen", body)
