"""The history of one opinion, in sentences, straight from its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.feedback import queries
from services.feedback.domain.events import (
    CODEC,
    AnswerReturned,
    FeedbackAnswered,
    FeedbackAssigned,
    FeedbackEvent,
    FeedbackReceived,
    FeedbackRescheduled,
    FeedbackScreened,
    HandlingResultReleased,
    Outcome,
    PersonalDataErased,
)
from shared.events import Json
from shared.workdays import chinese, legal_day


def told(facts: Sequence[queries.Row]) -> list[FeedbackEvent]:
    return [CODEC.decode(fact["data"]) for fact in facts]


def mentioned(events: Iterable[FeedbackEvent]) -> list[str]:
    """People the sentences name."""
    return [event.handler for event in events if isinstance(event, FeedbackAssigned)]


def steps(
    facts: Sequence[queries.Row], events: Sequence[FeedbackEvent], people: Mapping[str, str]
) -> list[Json]:
    """Each fact: when (UTC), who, what. Late entry shows itself."""
    return [
        {
            "when": fact["recorded_at"], "who": people.get(fact["actor"], fact["actor"]),
            "position": None, "what": sentence(event, people), "hash": None,
            "note": _late(event, fact["recorded_at"]),
        }
        for fact, event in zip(facts, events, strict=True)
    ]  # fmt: skip


def _late(event: FeedbackEvent, recorded_at: datetime) -> str | None:
    if not isinstance(event, FeedbackReceived):
        return None
    days = (legal_day(recorded_at) - event.received_on).days
    return f"补录：收到 {days} 天后登记" if days > 0 else None


def sentence(event: FeedbackEvent, people: Mapping[str, str]) -> str:
    match event:
        case FeedbackReceived():
            return f"收到意见（收到日期：{chinese(event.received_on)}）"
        case FeedbackScreened(outcome=Outcome.ACCEPTED):
            return "通过筛选，予以受理"
        case FeedbackScreened():
            return "不予受理"
        case FeedbackAssigned():
            act = "转办给" if event.reason_hash else "交办给"
            who = people.get(event.handler, event.handler)
            return f"{act}{who}，{_due(event)}"
        case FeedbackRescheduled():
            return f"按公布的放假安排重新计算答复期限，{_due(event)}"
        case FeedbackAnswered():
            return "提交答复，等待第二人审核"
        case AnswerReturned():
            return "退回答复，要求重新拟写"
        case HandlingResultReleased():
            return "审核通过，公布办理结果（" + ("采纳" if event.adopted else "未采纳") + "）"
        case PersonalDataErased():
            return "按申请删除个人信息与意见原文"


def _due(event: FeedbackAssigned | FeedbackRescheduled) -> str:
    doubt = "（暂定）" if event.due_rule.get("provisional") else ""
    return f"应于{chinese(event.due_on)}前{doubt}答复"
