"""Refusals of the catalog service."""

from __future__ import annotations

from typing import ClassVar

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class AlreadyThere(Conflict):
    text: ClassVar[str] = "该编号已登记，且内容不同"


class NoSuchItem(NotFound):
    text: ClassVar[str] = "没有这件信息，可能已被移走，或您无权查看"


class AlreadyDrafted(Conflict):
    text: ClassVar[str] = "这件信息已经建立，请打开后修改"


class Locked(Conflict):
    text: ClassVar[str] = "这一稿已送审，不能修改。请先撤回，或等待退回"


class NotSubmitted(Conflict):
    text: ClassVar[str] = "这件信息不在审查中，无需撤回"


class AlreadySubmitted(Conflict):
    text: ClassVar[str] = "这一稿已经送审，请勿重复提交"


class Closed(Conflict):
    text: ClassVar[str] = "这件信息已决定不予公开，不能再修改"


class NotTheDrafter(Forbidden):
    text: ClassVar[str] = "只有拟稿人可以办理此事"


class OtherAgency(Invalid):
    text: ClassVar[str] = "这件信息属于另一机构，不能改到本机构名下"


class NoSuchOrgan(Invalid):
    text: ClassVar[str] = "本机构没有这个组织，请从列表中选择"


class ScopeTwice(Invalid):
    text: ClassVar[str] = "同一公开范围只能选择一次，请合并渠道"


class WrongScheme(Invalid):
    text: ClassVar[str] = "所选类别与党务、政务的选择不一致，请重新选择类别"


class TreeLoop(Invalid):
    text: ClassVar[str] = "上级机构不能是本机构或其下级，请重新选择"


class CodeTaken(Conflict):
    text: ClassVar[str] = "该机构代码已被其他机构使用，请核对后填写"


class PersonElsewhere(Conflict):
    text: ClassVar[str] = "该人员编号已由其他机构登记，请换用新的编号"


class PersonUnknown(NotFound):
    text: ClassVar[str] = "没有登记这个人员，请先登记姓名，再安排岗位"


class BadTerm(Invalid):
    text: ClassVar[str] = "任职截止日期不能早于起始日期"


class Incomplete(Invalid):
    """Something a submission needs is missing; `missing` lists all fields."""

    text: ClassVar[str] = "送审前请补全必填内容"


class ReasonNeeded(Invalid):
    text: ClassVar[str] = "依申请公开或不予公开的，须写明理由"


class GroundNeeded(Invalid):
    text: ClassVar[str] = "不予公开的，须选择法定理由"


class GroundWithoutWithholding(Invalid):
    """A clerk who chose a ground and left the attribute as it was would publish what must not be."""

    text: ClassVar[str] = "选择了不予公开的法定理由，公开属性却是主动公开，请核对"


class ChannelForbidden(Invalid):
    """Scope × channel guard (S2-21, S2-22, S3-12, S3-13)."""

    text: ClassVar[str] = "该公开范围不能使用所选渠道"


class OutsideBeforeInside(Invalid):
    """Inside the Party first, then outside (先党内、后党外)."""

    text: ClassVar[str] = "公开范围须由内到外排列"


class UnknownCategory(Invalid):
    text: ClassVar[str] = "没有这个公开类别"


class UnknownClass(Invalid):
    text: ClassVar[str] = "没有这个公开时限类别"
