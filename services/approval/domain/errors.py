"""The refusals of approval, one class each."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, Stale


class NotUnderReview(Conflict):
    """Nothing waits for a decision: decided, returned, cancelled or never opened."""

    text = "该件当前不在审查中（已审结、已退回、已被撤回或尚未送审），不能办理"


class OtherUnderReview(Conflict):
    """The same revision is under review with another manifest."""

    text = "该修订稿正以另一份文本接受审查，不能重复送审"


class OtherText(Conflict):
    """The decision names another manifest than the one submitted (S2-20)."""

    text = "您所看的文本与送审文本不一致，意见没有提交。请重新打开审查页，看过送审文本再办理"


class DrafterDecides(Forbidden):
    """The drafter, or who submitted it, may not decide on it."""

    text = "您是该件的拟稿人或送审人，不得审查自己送审的内容"


class DecidedBefore(Forbidden):
    """One person decides at most once on a revision."""

    text = "您已在该稿的其他环节作出过决定；同一稿件的拟稿、审查、审批须由不同人员办理"


class NotYourStep(Forbidden):
    """The waiting step belongs to another role."""

    text = "当前环节不由您的职责办理"


class MayNotWithhold(Forbidden):
    """Only the secrecy reviewer and leaders withhold (S2-24, S4-03)."""

    text = "只有保密审查人员和领导可以作出不予公开或暂缓公开的决定"


class ReasonMissing(Invalid):
    """Returning and withholding need a written reason (S4-03)."""

    text = "请写明理由"


class GroundMissing(Invalid):
    """Withholding needs one of the eight legal grounds."""

    text = "请选择不予公开的法定依据（C1 至 C8）"


class TextTooLong(Invalid):
    """A note or reason is a few sentences, not a document."""

    text = "填写的文字过长，请精简"


class TextTampered(Conflict):
    """What catalog gave is not what the manifest hash promises."""

    text = "取得的文本与送审指纹不符，已停止办理。请勿继续审查，并立即联系系统管理员"


class AlreadyRegistered(Conflict):
    """The withheld record exists already."""

    text = "该不予公开事项已经登记"


class NotRegistered(Conflict):
    """No such withheld record."""

    text = "没有这条不予公开登记"


class DecidedMeanwhile(Stale):
    """Somebody else decided since the page was opened; `yours` carries what was typed."""

    text = "在您打开此页之后，该件已由他人办理或被撤回，您的意见没有提交。请查看最新情况后再办理"
