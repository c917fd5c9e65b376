"""What one fact says to an inspector: a label, the details that matter, who in which position. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from shared.events import Json
from shared.workdays import Explained, chinese

TYPES: Mapping[str, str] = {
    "catalog.agency-registered.v1": "机构登记",
    "catalog.person-registered.v1": "人员登记",
    "catalog.organ-established.v1": "组织设立",
    "catalog.office-holder-changed.v1": "任职变更",
    "catalog.policy-set-activated.v1": "规则启用",
    "catalog.calendar-published.v1": "日历发布",
    "catalog.item-drafted.v1": "拟稿",
    "catalog.item-revised.v1": "修改",
    "catalog.item-submitted.v1": "送审",
    "catalog.item-withdrawn-by-drafter.v1": "拟稿人撤回",
    "catalog.obligation-missed.v1": "逾期未公开",
    "approval.review-step-passed.v1": "审查通过",
    "approval.item-returned.v1": "退回",
    "approval.item-approved.v1": "批准",
    "approval.item-withheld.v1": "不予（暂缓）公开",
    "approval.withheld-registered.v1": "不予公开登记",
    "publisher.publication-scheduled.v1": "排期发布",
    "publisher.delivery-confirmed.v1": "渠道发布确认",
    "publisher.delivery-failed.v1": "渠道发布失败",
    "publisher.item-published.v1": "公开",
    "publisher.publication-completed.v1": "各渠道发布完成",
    "publisher.posting-ended.v1": "公示期满",
    "feedback.feedback-received.v1": "收到意见",
    "feedback.feedback-screened.v1": "意见甄别",
    "feedback.feedback-assigned.v1": "意见交办",
    "feedback.feedback-rescheduled.v1": "答复期限重算",
    "feedback.feedback-answered.v1": "拟定答复",
    "feedback.handling-result-released.v1": "办理结果公开",
    "audit.access.v1": "监督阅看",
    "audit.erasure-requested.v1": "申请依法销毁",
    "audit.erasure-approved.v1": "批准依法销毁",
    "audit.erasure-refused.v1": "不予销毁",
    "log.genesis.v1": "台账建立",
    "log.freeze.v1": "台账封存",
    "audit.day.v1": "日结",
    "audit.erasure.v1": "依法销毁",
    "audit.gap.v1": "缺失登记",
    "audit.key.rotate.v1": "签名密钥更换",
    "audit.conflict.v1": "内容冲突（疑似篡改）",
    "audit.quarantine.v1": "无法识别的消息",
}
STEPS = {"SECRECY": "保密审查", "OFFICE": "政务公开办审核", "SECTION": "科室审核",
         "LEADER": "领导审批", "DEPUTY": "分管领导审批", "PRINCIPAL": "主要领导审批"}  # fmt: skip
CHANNELS = {
    "WEBSITE": "政府网站", "WECHAT": "微信公众号", "NOTICE_BOARD": "公开栏", "INTRANET": "内部公开",
    "WEB": "网上提交", "PAPER_BOX": "意见箱", "PHONE": "电话", "VISIT": "来访", "MAIL": "来信",
}  # fmt: skip
OUTCOMES = {"ACCEPTED": "予以受理", "REJECTED": "不予受理"}
SCOPES = {"PUBLIC": "向社会公开", "WHOLE_PARTY": "在全党公开", "WITHIN_ORG": "在本单位内公开",
          "PARTY_ONLY": "仅限党内公开", "SPECIFIC_PERSONS": "对特定人员公开"}  # fmt: skip
ROLES = {
    "SECRECY_REVIEWER": "保密审查员", "DISCLOSURE_OFFICE": "政务公开办", "DRAFTER": "拟稿人",
    "PRINCIPAL_LEADER": "主要领导", "DEPUTY_LEADER": "分管领导", "SECTION_HEAD": "科室负责人",
}  # fmt: skip
# Not `drafter`: an approval names the drafter too, and is the act of whoever decided.
PERSONS = ("submittedBy", "person", "releasedBy", "by", "recordedBy", "requestedBy",
           "approvedBy", "refusedBy")  # fmt: skip
HASHES = ("manifestHash", "resultHash", "answerHash", "textCommitment")


@dataclass(frozen=True)
class Told:
    """One line of the timeline (时间线). `person` and `handler` are ids; their names are looked up."""

    what: str
    details: tuple[str, ...]
    person: str
    position: str | None
    hash: str | None
    handler: str | None = None


def told(type: str, actor: str, data: Json) -> Told | None:
    """None for working facts, of which only type and hash are known."""
    if type not in TYPES:
        return None
    person = next((str(data[name]) for name in PERSONS if data.get(name)), actor)
    last: Json = next(reversed(data.get("decisions") or ()), {})
    position = data.get("position") or last.get("position") or ROLES.get(str(data.get("role")))
    hash = next((str(data[name]) for name in HASHES if data.get(name)), None)
    return Told(
        TYPES[type], tuple(_details(data)), person, position, hash, handler=data.get("handler")
    )


def _details(data: Json) -> list[str]:
    found = []
    for name, words in (
        ("step", STEPS), ("channel", CHANNELS), ("scope", SCOPES), ("outcome", OUTCOMES),
    ):  # fmt: skip
        if code := data.get(name):
            found.append(words.get(str(code), str(code)))
    for name, text in (
        ("title", "标题《{}》"), ("docNo", "文号 {}"), ("indexNo", "索引号 {}"),
        ("revision", "第 {} 稿"), ("policyVersion", "适用规则 {}"), ("ground", "理由 {}"),
        ("code", "原因 {}"), ("attempt", "第 {} 次尝试"), ("receiptNo", "回执号 {}"),
    ):  # fmt: skip
        if data.get(name):
            found.append(text.format(data[name]))
    if data.get("adopted") is not None:
        found.append("已采纳" if data["adopted"] else "未采纳")
    found += _dates(data)
    found += [
        f"{STEPS.get(d.get('step'), d.get('step'))}：{d.get('position') or d.get('role')}"
        for d in data.get("decisions") or ()
    ]
    return found


def _dates(data: Json) -> list[str]:
    found = [
        f"{text}{chinese_day(data[name])}"
        for name, text in (
            ("occurredOn", "发生于"),
            ("determinedOn", "确定于"),
            ("receivedOn", "收到于"),
            ("dueOn", "期限"),
            ("completedOn", "完成于"),
            ("endedOn", "结束于"),
            ("reviewBy", "复查期限"),
        )
        if data.get(name)
    ]
    if publish_by := data.get("publishBy"):
        found.append(f"公开期限：{explained(publish_by)}")
    if due_rule := data.get("dueRule"):
        found.append(f"答复期限：{explained(due_rule)}")
    until = data.get("postUntil") or {}
    if until.get("open"):
        found.append("公示期限：长期")
    elif until:
        rule = until.get("rule")
        found.append(f"公示至：{explained(rule) if rule else chinese_day(until.get('date'))}")
    return found


def explained(data: Any) -> str:
    """The date and how it came about."""
    try:
        return Explained.model_validate(data).text()
    except ValidationError:
        return chinese_day(data.get("due")) + ("（暂定）" if data.get("provisional") else "")


def chinese_day(text: Any) -> str:
    try:
        return chinese(date.fromisoformat(str(text)))
    except ValueError:
        return str(text)
