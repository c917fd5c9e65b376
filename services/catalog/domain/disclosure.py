"""Checks on how an item is to be disclosed: attribute, scope × channel, inside before outside; pure."""

from __future__ import annotations

from services.catalog.domain.errors import (
    ChannelForbidden,
    GroundNeeded,
    GroundWithoutWithholding,
    OutsideBeforeInside,
    ReasonNeeded,
    ScopeTwice,
    UnknownCategory,
    UnknownClass,
    WrongScheme,
)
from services.catalog.domain.item_events import Duty, Particulars, Ring
from services.catalog.policy.model import PolicySet, Scope
from shared.errors import Invalid

# From the innermost audience to the public: rings follow this order (S3-15).
INSIDE_OUT: tuple[Scope, ...] = (
    "SPECIFIC_PERSONS",
    "PARTY_ONLY",
    "WITHIN_ORG",
    "WHOLE_PARTY",
    "PUBLIC",
)


def rings_of(
    policy: PolicySet, wanted: list[tuple[str, tuple[str, ...], tuple[str, ...]]]
) -> tuple[Ring, ...]:
    """Rings with leading and required channels from (scope, audience, channels).

    Raises ChannelForbidden, OutsideBeforeInside, Invalid for an unknown scope.
    """
    rings = tuple(_ring(policy, *ring) for ring in wanted)
    if len({ring.scope for ring in rings}) < len(rings):
        raise ScopeTwice(field="rings")
    order = [INSIDE_OUT.index(ring.scope) for ring in rings]
    if order != sorted(order):
        raise OutsideBeforeInside(field="rings")
    return rings


def _ring(
    policy: PolicySet, scope: str, audience: tuple[str, ...], channels: tuple[str, ...]
) -> Ring:
    if scope not in policy.scopes:
        raise Invalid(f"没有「{scope}」这一公开范围", field="rings")
    rule = policy.scopes[scope]
    forbidden = [c for c in channels if c not in rule.channels]
    if forbidden:
        raise ChannelForbidden(
            f"公开范围「{SCOPE_TEXT[scope]}」不能使用渠道：{'、'.join(forbidden)}", field="rings"
        )
    if not channels:
        raise Invalid("请至少选择一个公开渠道", field="rings")
    if scope == "SPECIFIC_PERSONS" and not audience:
        raise Invalid("对特定对象公开的，请写明对象", field="rings")
    lead = rule.lead if rule.lead in channels else channels[0]
    return Ring(
        scope=scope,
        audience=audience,
        channels=channels,
        required_channels=channels,
        lead_channel=lead,
    )


SCOPE_TEXT = {
    "PUBLIC": "向社会公开",
    "WHOLE_PARTY": "在全党公开",
    "WITHIN_ORG": "在本单位公开",
    "PARTY_ONLY": "仅限党内公开",
    "SPECIFIC_PERSONS": "对特定对象公开",
}


def check(policy: PolicySet, item: Particulars) -> None:
    """Raises what the rules do not know, and an attribute without its ground and reason (S4-03)."""
    if policy.category(item.category) is None:
        raise UnknownCategory(field="category")
    scheme = policy.category_schemes[item.category.partition("@")[2]]
    if scheme.affairs_type != item.affairs_type:
        raise WrongScheme(field="category")
    if item.duration_class not in {known.code for known in policy.duration_classes}:
        raise UnknownClass(field="durationClass")
    if item.attribute == "PROACTIVE" and item.ground:
        raise GroundWithoutWithholding(field="attribute")
    if item.attribute == "WITHHELD" and item.ground not in {g.code for g in policy.grounds}:
        raise GroundNeeded(field="ground")
    if item.attribute != "PROACTIVE" and not item.ground_reason_hash:
        raise ReasonNeeded(field="groundReason")


def missing_for_review(item: Particulars, *, has_body: bool, has_title: bool) -> tuple[str, ...]:
    """Fields a submission needs and this draft lacks, in the order of the form (S2-01)."""
    wanted = {
        "title": has_title,
        "body": has_body,
        "disclosingBody": bool(item.disclosing_body),
        "rings": bool(item.rings) or item.attribute != "PROACTIVE",
        "legalBasis": bool(item.legal_basis),
        "formedOn": bool(item.formed_on or item.event_on or item.changed_on),
    }
    lacking = tuple(name for name, there in wanted.items() if not there)
    return lacking + _duty_gaps(item.duty)


def _duty_gaps(duty: Duty) -> tuple[str, ...]:
    """五明确 is all five or none: a task without somebody responsible is no assignment (S3-20)."""
    five = {
        "dutyTask": duty.task_hash,
        "dutyLeader": duty.leader,
        "dutyLeadOrgan": duty.lead_organ,
        "dutyDeadline": duty.deadline,
        "dutyResponsible": duty.responsible,
    }
    gaps = tuple(name for name, value in five.items() if not value)
    return gaps if len(gaps) < len(five) else ()


FIELD_TEXT = {
    "title": "标题",
    "body": "正文",
    "disclosingBody": "公开主体",
    "category": "公开类别",
    "rings": "公开范围与渠道",
    "durationClass": "公开时限类别",
    "legalBasis": "公开依据",
    "formedOn": "成文日期或事项发生日期",
    "groundReason": "不予公开或依申请公开的理由",
    "ground": "不予公开的法定理由",
    "dutyTask": "具体任务",
    "dutyLeader": "责任领导",
    "dutyLeadOrgan": "牵头科室",
    "dutyDeadline": "完成时限",
    "dutyResponsible": "责任人",
}
