"""Refusals of the publisher service."""

from __future__ import annotations

from typing import ClassVar

from shared.errors import Conflict, Invalid, NotFound


class NoSuchPublication(NotFound):
    text: ClassVar[str] = "没有这件待发布或已发布的信息"


class AlreadyReleased(Conflict):
    text: ClassVar[str] = "这件信息已经发布，请勿重复操作"


class OlderRevision(Conflict):
    text: ClassVar[str] = "已有更新的一稿，不能再发布旧稿"


class LeaksOutside(Invalid):
    """Scope × channel guard: what is not PUBLIC never reaches a public output (S2-21, S3-12)."""

    text: ClassVar[str] = "该公开范围不允许使用面向社会的渠道，已拒绝发布"


class TooEarly(Conflict):
    """Inside the Party first, then outside (先党内、后党外, S3-15)."""

    text: ClassVar[str] = "内部公开尚未完成，暂不能向外公开"


class NotWaiting(Conflict):
    text: ClassVar[str] = "该渠道已经确认，请勿重复操作"


class NoSuchDelivery(NotFound):
    text: ClassVar[str] = "没有这个渠道的发布任务"


class NotFailed(Conflict):
    text: ClassVar[str] = "该渠道没有失败，无需重试"


class BadDate(Invalid):
    text: ClassVar[str] = "实际公开日期不能早于批准日期，也不能晚于今天"


class EvidenceNeeded(Invalid):
    text: ClassVar[str] = "请上传公开的凭证，例如公开栏照片或会议记录"


class TextTampered(Conflict):
    text: ClassVar[str] = "取得的文本与批准时的校验值不一致，已停止发布，请联系监督机关"


class StillPosting(Conflict):
    text: ClassVar[str] = "公示期尚未届满"
