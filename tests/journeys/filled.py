"""Every form that people fill in, once, with the word in every text of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from deploy.demo.client import now
from deploy.demo.photo import board_photo
from shared.workdays import legal_day
from tests.journeys.documents import OWN
from tests.journeys.forms import Hand

EDITOR = "/catalog/editor/"
AGENCY, OFFICE = "linjiang-sfj", "o-sfj-office"
CHAIN = ("p-li", "p-wang", "p-zhou")
LEFT_OUT = {
    # without a text
    "/publisher/work/{item_id}/deliveries/{key}/retry", "/audit/evidence/days",
    "/audit/evidence/events/{id}", "/audit/evidence/items/{item}", "/audit/evidence/ranges",
    # rules come as whole files and are facts as a whole
    "/catalog/rules", "/catalog/rules/calendar",
    # on an empty platform only
    "/catalog/admin/first",
}  # fmt: skip


def filled_in(hand: Hand) -> set[str]:
    """The texts that may stand in facts: names, and what was approved."""
    directory(hand)
    item = drafted(hand)
    withheld(hand)
    approved(hand, item)
    released(hand, item)
    erased(hand, item, opinions(hand, item))
    gone = {"person": f"p-{marked(hand)}"}
    hand.send("p-sun", "/catalog/admin", "/appointments/end", where=gone)
    hand.send("p-he", "/audit/verifications", "/verifications")
    hand.send("p-he", "/audit/roots", "/roots")
    return {hand.text(name) for name in ("name", "position", "title", "docNo")}


def marked(hand: Hand) -> str:
    """What ids and codes have in common: they take no other characters than these."""
    return hand.word[2:].upper()


def directory(hand: Hand) -> None:
    """`name` is an agency's and an organ's; the person's name is given apart, for it must not be found."""
    mark = marked(hand)
    new = {"agency": f"filled-{mark}", "code": f"FILLED{mark}"}
    hand.send("p-sun", "/catalog/admin/agencies/new?parent=linjiang", "/agencies/new", new)
    hand.send("p-sun", f"/catalog/admin/organs/new?agency={AGENCY}", "/organs/new")
    person: Any = {"person": f"p-{mark}", "name": hand.text("姓名"), "organId": OFFICE}
    page, roles = f"/catalog/admin/people/new?agency={AGENCY}", ["FEEDBACK_HANDLER"]
    hand.send("p-sun", page, "/people/new", person | {"roles": roles})


def form(then: str, **changes: Any) -> dict[str, Any]:
    """What a clerk chooses in the editor; every text is filled in by the hand."""
    today = legal_day(now())
    return {
        "then": then, "disclosingBody": OFFICE, "formedOn": (today - timedelta(days=1)).isoformat(),
        "publicChannels": ["WEBSITE", "NOTICE_BOARD"], "dutyLeader": "p-zhou",
        "dutyLeadOrgan": OFFICE, "dutyDeadline": (today + timedelta(days=9)).isoformat(),
        "dutyResponsible": "p-chen",
    } | changes  # fmt: skip


def drafted(hand: Hand) -> str:
    """Saved, submitted, withdrawn, changed, submitted; another one imported."""
    name = f"{hand.text('文件')}.txt"
    document = (name, f"{OWN}\n{hand.text('正文')}".encode(), "text/plain")
    hand.send("p-chen", "/catalog/items", "/import", {"agency": AGENCY, "file": document})
    file = (f"{hand.text('附件')}.txt", b"text", "text/plain")
    first = form("save", files=file, title=hand.text("首稿"), docNo=hand.text("首号"))
    place = hand.send("p-chen", "/catalog/editor", EDITOR, first).partition("?")[0]
    hand.send("p-chen", place, "/submit")
    hand.send("p-chen", place, "/withdraw")
    item = place.rpartition("/")[2]
    second = form("submit", title=hand.text("二稿"), docNo=hand.text("二号"))
    hand.send("p-chen", f"/catalog/editor/{item}", EDITOR, second)
    return item


def withheld(hand: Hand) -> None:
    new = form("submit", title=hand.text("不公开"), docNo=hand.text("三号"))
    place = hand.send("p-chen", "/catalog/editor", EDITOR, new)
    item = place.partition("?")[0].rpartition("/")[2]
    decision = {"ground": "C4", "mode": "WITHHELD"}
    hand.send("p-li", f"/approval/reviews/{item}/1", "/withhold", decision)


def approved(hand: Hand, item: str) -> None:
    """Returned once, then changed and passed by three people."""
    hand.send("p-li", f"/approval/reviews/{item}/1", "/return", shows=hand.text("二稿"))
    edit = f"/catalog/editor/{item}"
    hand.platform.until("退回", lambda: status(hand, item) == "RETURNED")
    hand.send("p-chen", edit, EDITOR, form("submit"))
    for person in CHAIN:
        hand.send(person, f"/approval/reviews/{item}/2", "/pass")


def status(hand: Hand, item: str) -> str:
    return str(hand.platform.do("p-chen", "GET", f"/catalog/api/v1/items/{item}")["status"])


def released(hand: Hand, item: str) -> None:
    page, day = f"/publisher/work/{item}", legal_day(now()).isoformat()
    hand.send("p-wang", page, "/release")
    photo = (f"{hand.text('照片')}.png", board_photo("司法局", "照片", day), "image/png")
    hand.platform.until("张贴", lambda: "/confirm" in hand.platform.ask("p-wang", "GET", page).text)
    hand.send("p-wang", page, "/confirm", {"file": photo, "occurredOn": day})


def opinions(hand: Hand, item: str) -> str:
    """One by a citizen; entered ones are refused, handed over (which is returned), answered twice."""
    hand.send("citizen", f"/feedback/items/{item}/new", "/opinions")
    refused, handed, answered = (entered(hand, item) for _ in range(3))
    hand.send("p-wang", refused, "/screen", {"reason": "IRRELEVANT"}, {"outcome": "REJECTED"})
    for one in (handed, answered):
        hand.send("p-wang", one, "/screen", where={"outcome": "ACCEPTED"})
        hand.send("p-wang", one, "/assign", {"handler": "p-liu"})
    hand.send("p-wang", handed, "/reassign", {"handler": f"p-{marked(hand)}"})
    hand.send("p-liu", answered, "/answer")
    hand.send("p-wang", answered, "/return")
    hand.send("p-liu", answered, "/answer")
    hand.send("p-wang", answered, "/release", {"adopted": "true"})
    hand.send("p-wang", handed, "/erase")
    return handed.rpartition("/")[2]


def erased(hand: Hand, item: str, opinion: str) -> None:
    """What the ledger holds of an opinion: one asks, another decides."""
    path, platform = f"/audit/api/v1/items/{item}/timeline", hand.platform
    platform.until("入账", lambda: opinion in str(platform.find("p-he", path)))
    hand.send("p-he", "/audit/erasures", "/erasures", {"subject": opinion, "basis": "COURT"})
    hand.send("p-sun", "/audit/erasures", "/decision", {"approve": "true"})


def entered(hand: Hand, item: str) -> str:
    new = {"itemId": item, "channel": "MAIL", "receivedOn": legal_day(now()).isoformat()}
    return hand.send("p-wang", "/feedback/entry", "/entry", new)
