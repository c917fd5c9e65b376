"""Refusals of catalog, one class each, in the words people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from shared.errors import Conflict, Forbidden, Invalid, NotFound

# Wire name of a field → what people call it.
FIELDS: Mapping[str, str] = {
    "title": "标题", "body": "正文", "docNo": "文号", "disclosingBody": "公开主体", "affairsType": "事务类别",
    "category": "公开事项类别", "attribute": "公开属性", "ground": "不予公开的理由类别", "groundReason": "不予公开的书面理由",
    "rings": "公开范围和渠道", "durationClass": "公开时限类别", "legalBasis": "公开依据", "formedOn": "信息形成日期",
    "eventOn": "事项发生日期", "changedOn": "信息变更日期", "duty": "五明确", "duty.task": "五明确：具体任务",
    "duty.leader": "五明确：责任领导", "duty.leadOrgan": "五明确：牵头部门", "duty.deadline": "五明确：完成时限",
    "duty.responsible": "五明确：责任人", "stage": "公开环节", "documentKind": "文种", "relations": "关联事项",
    "attachments": "附件", "agency": "机构", "kind": "信息种类", "topicTags": "专题标签", "name": "姓名或名称",
    "position": "职务", "roles": "职责", "since": "任职起始日期", "until": "任职截止日期", "code": "机构代码",
    "parentId": "上级", "organId": "组织", "file": "文件", "policyVersion": "公开规则版本", "important": "重要事项",
    "dates": "信息形成、变更或事项发生日期",
}  # fmt: skip


class AgencyTreeLoop(Invalid):
    text = "上级机构不能是本机构或其下级，请重新选择上级机构"


class CodeTaken(Conflict):
    text = "该机构代码已被其他机构使用，请核对后重新填写"


class OrganElsewhere(Conflict):
    text = "该组织已属于其他机构，不能改设，请换用新的组织编号"


class PersonUnknown(NotFound):
    text = "没有登记这个人员，请先登记人员姓名"


class PersonElsewhere(Conflict):
    text = "该人员编号已由其他机构登记，请核对人员编号"


class NoSuchAppointment(NotFound):
    text = "没有这项任职，请刷新页面后再办理"


class BadTerm(Invalid):
    text = "任职截止日期不能早于起始日期"


class PolicyVersionTaken(Conflict):
    text = "该版本的公开规则已经启用且内容不同，请用新的版本号"


class CalendarAlreadyPublished(Conflict):
    text = "该年度放假安排已经公布，不能再用推算的安排代替"


class NoSuchItem(NotFound):
    text = "没有找到该信息，可能已被移走，或您无权查看"


class AlreadyDrafted(Conflict):
    text = "该编号的信息已经拟稿，请打开原有草稿修改"


class NotTheDrafter(Forbidden):
    text = "只有拟稿人可以修改或撤回，请联系拟稿人；拟稿人已离任的，由其他拟稿人接办"


class Locked(Conflict):
    text = "该信息已送审或已审结，不能修改；审查中的可先撤回，再修改"


class NotSubmittable(Conflict):
    text = "该信息当前状态不能送审：已送审的请等待审查，被退回的请先修改"


class NotInReview(Conflict):
    text = "该信息不在审查中，不能撤回"


class NotDue(Conflict):
    text = "该信息不在逾期状态"


class WrongField(Invalid):
    """One field is wrong; `field` names it."""


class UnknownCategory(Invalid):
    text = "公开规则中没有这个类别，请从列表中选择"


class UnknownPolicy(Invalid):
    text = "没有这个版本的公开规则，请选用现行规则"


class ChannelForbidden(Invalid):
    text = "该公开范围不能使用所选渠道"


class MissingFields(Invalid):
    """Not complete enough to be reviewed; `missing` maps each field to what to do."""

    text: ClassVar[str] = "内容还不完整，不能送审"

    def __init__(self, fields: tuple[str, ...]) -> None:
        names = "、".join(FIELDS.get(field, field) for field in fields)
        missing = {field: f"请填写「{FIELDS.get(field, field)}」" for field in fields}
        super().__init__(f"还不能送审，请补充：{names}", field=fields[0], missing=missing)
