"""Refusals of the publisher service."""

from __future__ import annotations

from typing import ClassVar

from shared.errors import Conflict, Invalid, NotFound, Stale


class NoSuchPublication(NotFound):
    text: ClassVar[str] = "没有这件待发布或已发布的信息"


class AlreadyReleased(Conflict):
    text: ClassVar[str] = "这件信息已经发布，请勿重复操作"


class OlderRevision(Conflict):
    text: ClassVar[str] = "已有更新的一稿，不能再发布旧稿"


class ChangedMeanwhile(Stale):
    text: ClassVar[str] = "刚刚批准了新的一稿，请核对后再发布"


class LeaksOutside(Invalid):
    """Scope × channel guard: what is not PUBLIC never reaches a public output (S2-21, S3-12)."""

    text: ClassVar[str] = "该公开范围不允许使用所选渠道，已拒绝发布"


class WiderThanItsItem(Invalid):
    """S1-13: a handling result is public in the scope of its item, no wider."""

    text: ClassVar[str] = "办理结果的公开范围超出了所涉事项的公开范围，已拒绝公开"


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
    text: ClassVar[str] = "请上传公开的凭证，例如公开栏照片或会议记录；不能是空文件"


class EvidenceTooLarge(Invalid):
    text: ClassVar[str] = "凭证超过 20 MB，请压缩后上传"


class PhotoNeeded(Invalid):
    """A board is proven by a photo of it (S1-16)."""

    text: ClassVar[str] = "公开栏须上传照片（JPG、PNG、WebP 或 HEIC），您上传的文件不是图片"


class UnknownEvidence(Invalid):
    text: ClassVar[str] = "凭证只接受照片、PDF 或 Word 文档"


class PosterTooEarly(NotFound):
    """Nothing is printed for the public before the inside ring is confirmed, nor for another channel."""

    text: ClassVar[str] = "轮到公开栏公开时才能生成张贴页；未选公开栏渠道的信息没有张贴页"


class TextTampered(Conflict):
    text: ClassVar[str] = "取得的文本与批准时的校验值不一致，已停止发布，请联系监督机关"


class StillPosting(Conflict):
    text: ClassVar[str] = "公示期尚未届满"
