"""Rows turned into what is shown: texts fetched, stages named, receipts checked."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from services.feedback import queries
from services.feedback.domain import receipts
from services.feedback.domain.refusals import NoSuchFeedback
from services.feedback.expected import dated
from services.feedback.handling import READERS, RELEASERS
from services.feedback.receiving import receipt_key
from shared.caller import Asking
from shared.db import Db
from shared.errors import Forbidden
from shared.events import Json
from shared.workdays import legal_day

SCOPES = {
    "PUBLIC": "向社会公开", "WHOLE_PARTY": "在全党公开", "WITHIN_ORG": "在本单位内公开",
    "PARTY_ONLY": "仅限党内公开", "SPECIFIC_PERSONS": "对特定人员公开",
}  # fmt: skip
STAGES = {
    "RECEIVED": "待筛选", "ACCEPTED": "待交办", "REJECTED": "不予受理", "ASSIGNED": "办理中",
    "ANSWERED": "待审核发布", "RELEASED": "已公布办理结果",
}  # fmt: skip
# What the public is told: inner steps are the agency's business.
PUBLIC_STAGES = {
    "RECEIVED": "已收到，等待筛选", "ACCEPTED": "已受理，等待交办", "REJECTED": "不予受理",
    "ASSIGNED": "办理中", "ANSWERED": "办理中", "RELEASED": "已办结",
}  # fmt: skip
KINDS = {"OPINION": "意见", "QUESTION": "咨询", "PROPOSAL": "建议", "COMPLAINT": "投诉"}
CHANNELS = {
    "WEB": "网站", "PAPER_BOX": "意见箱", "PHONE": "电话", "VISIT": "来访", "MAIL": "来信",
}  # fmt: skip
REASONS = {
    "ABUSIVE": "含有辱骂、攻击性内容", "IRRELEVANT": "与该公开事项无关",
    "DUPLICATE": "与已受理的意见重复", "EMPTY": "没有实质内容",
}  # fmt: skip


def reads(caller: Asking, row: queries.Row) -> bool:
    """Whether somebody sees this opinion and who wrote it: as few as need to (PIPL Art. 6).

    The office, leaders and the administrator of the agency, its supervisors; a handler sees
    what they entered, have in hand or answered, and no more.
    """
    agency = row["agency"]
    if any(caller.has(role, agency) for role in READERS):
        return True
    theirs = caller.person in (row["handler"], row["answered_by"], row["recorded_by"])
    if theirs and caller.has("FEEDBACK_HANDLER", agency):
        return True
    return any(g.role == "SUPERVISOR" for g in caller.grants) and agency in caller.agencies


def summary(row: queries.Row, today: date) -> Json:
    """A line of a list; no words of the citizen."""
    return {
        "feedbackId": row["feedback_id"], "agency": row["agency"], "stage": row["stage"],
        "stageText": STAGES[row["stage"]], "kind": row["kind"],
        "channel": row["channel"],
        "itemId": row["item_id"], "title": row["title"], "scope": row["scope"],
        "receivedOn": row["received_on"], "recordedAt": row["recorded_at"],
        "handler": row["handler"], "dueOn": row["due_on"], "provisional": row["provisional"],
        "overdue": is_overdue(row, today), "version": row["version"], "erased": row["erased"],
        "answeredBy": row["answered_by"],
    }  # fmt: skip


def is_overdue(row: queries.Row, today: date) -> bool:
    """Not answered, or not released, after the day it was or would be due."""
    return bool(row["stage"] in TASKS and row["due_on"] and row["due_on"] < today)


def contact_line(shown: Json) -> str:
    """Who wrote, as far as they said."""
    if shown["erased"]:
        return "已删除"
    card = shown["contact"] or {"name": "", "contact": ""}
    return " ".join(filter(None, (card["name"], card["contact"]))) or "未留称呼和联系方式"


def _private(text: str | None) -> str | None:
    """Without the line that makes its address its own."""
    return text.partition("\n")[2] if text is not None else None


async def detail(caller: Asking, db: Db, row: queries.Row) -> Json:
    """Everything an official may see of one feedback. Raises Forbidden."""
    if not reads(caller, row):
        raise Forbidden
    addresses = ("text_address", "contact_address", "reason_address", "return_address",
                 "answer_address")  # fmt: skip
    texts = await caller.texts.many(db, [row[name] for name in addresses])
    card = _private(texts.get(row["contact_address"] or ""))
    return {
        **summary(row, legal_day(caller.now)),
        "receiptNo": receipts.shown(receipt_key(caller), row["receipt_no"]),
        "personRef": row["person_ref"], "recordedBy": row["recorded_by"], "organ": row["organ"],
        "text": _private(texts.get(row["text_address"])),
        "contact": orjson.loads(card) if card else None,
        "rejectReason": REASONS.get(row["reject_reason"] or ""),
        "reasonText": texts.get(row["reason_address"] or ""),
        "returnReason": texts.get(row["return_address"] or ""),
        "answer": _private(texts.get(row["answer_address"] or "")),
        "dueRule": orjson.loads(row["due_rule"]) if row["due_rule"] else None,
        "adopted": row["adopted"], "releasedOn": row["released_on"],
        "releasedBy": row["released_by"], "resultHash": row["result_hash"],
    }  # fmt: skip


OUTCOME = ("title", "rejectReason", "reasonText", "result", "adopted", "releasedOn")


async def by_receipt(caller: Asking, typed: str) -> Json:
    """What a citizen learns from a receipt number. Raises NoSuchFeedback, also for wrong check signs.

    An opinion about an internal item tells strangers its stage only: the result stays in its circle.
    """
    receipt = receipts.parse(receipt_key(caller), typed)
    if receipt is None:
        raise NoSuchFeedback("没有查到这个回执号，请核对后再试", field="no")
    async with caller.reading() as db:
        agency = await queries.code_owner(db, receipt.code)
    async with caller.acting_for(agency).reading() as db:
        found = await queries.by_receipt(db, receipt.number)
        [row] = await dated(db, [found], legal_day(caller.now))
        texts = await caller.texts.many(db, [row["answer_address"], row["reason_address"]])
    status: dict[str, Any] = {
        "receiptNo": receipts.shown(receipt_key(caller), row["receipt_no"]),
        "stage": row["stage"], "stageText": PUBLIC_STAGES[row["stage"]],
        "receivedOn": row["received_on"], "dueOn": row["due_on"],
        "provisional": row["provisional"], "inside": row["scope"] != "PUBLIC",
        **dict.fromkeys(OUTCOME),
    }  # fmt: skip
    if status["stage"] == "ANSWERED":
        status["stage"] = "ASSIGNED"
    if row["scope"] == "PUBLIC" or caller.person == row["person_ref"]:
        status |= {"itemId": row["item_id"], "title": row["title"], **_outcome(row, texts)}
    return status


def _outcome(row: queries.Row, texts: dict[str, str | None]) -> Json:
    if row["stage"] == "REJECTED":
        return {
            "rejectReason": REASONS.get(row["reject_reason"]),
            "reasonText": texts.get(row["reason_address"]),
        }
    if row["stage"] != "RELEASED":
        return {}
    return {
        "result": _private(texts.get(row["answer_address"])), "adopted": row["adopted"],
        "releasedOn": row["released_on"],
    }  # fmt: skip


TASKS = {"RECEIVED": ("SCREEN", "筛选意见"), "ACCEPTED": ("ASSIGN", "交办意见"),
         "ASSIGNED": ("ANSWER", "答复意见"), "ANSWERED": ("RELEASE", "审核发布答复")}  # fmt: skip


def is_mine(caller: Asking, row: queries.Row) -> bool:
    """Whether the next step is this person's to take."""
    stage, agency = row["stage"], row["agency"]
    if stage in ("RECEIVED", "ACCEPTED"):
        return caller.has("DISCLOSURE_OFFICE", agency)
    if stage == "ASSIGNED":
        return bool(row["handler"] == caller.person)
    if stage == "ANSWERED":
        releaser = any(caller.has(role, agency) for role in RELEASERS)
        return releaser and row["answered_by"] != caller.person
    return False


async def tasks(caller: Asking) -> list[Json]:
    """What this person is to do next, the most urgent first."""
    today = legal_day(caller.now)
    async with caller.reading() as db:
        rows = await dated(db, await queries.listed(db, caller.agencies, tuple(TASKS)), today)
    return [_task(row, today) for row in rows if is_mine(caller, row)]


def _task(row: queries.Row, today: date) -> Json:
    kind, words = TASKS[row["stage"]]
    return {
        "id": f"feedback-{row['feedback_id']}", "title": f"{words}：{row['title']}", "kind": kind,
        "agency": row["agency"], "dueOn": row["due_on"], "overdue": is_overdue(row, today),
        "provisional": row["provisional"], "since": row["changed_at"],
        "href": f"/feedback/opinions/{row['feedback_id']}",
    }  # fmt: skip
