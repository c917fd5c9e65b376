"""What audit refuses, each in words for the person who asked. Pure."""

from __future__ import annotations

from typing import ClassVar

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class NothingRead(Invalid):
    text: ClassVar[str] = "没有可以阅看的记录"


class AlreadyRequested(Conflict):
    text: ClassVar[str] = "该销毁申请已经提出，请等待另一人审批"


class NoSuchErasure(NotFound):
    text: ClassVar[str] = "没有这份销毁申请"


class AlreadyDecided(Conflict):
    text: ClassVar[str] = "该销毁申请已经办结"


class OwnRequest(Forbidden):
    """Two people decide what is destroyed for ever."""

    text: ClassVar[str] = "销毁须由另一人批准，申请人不能批准自己的申请"


class NotPersonal(Invalid):
    """What an agency did is never erased; only content about a private person may be."""

    text: ClassVar[str] = "只有公众个人提交的意见、申请等内容可以依法销毁，机关的办理记录不得销毁"


class NothingThere(NotFound):
    text: ClassVar[str] = "台账中没有该对象的记录，请检查编号"


class ReasonNeeded(Invalid):
    text: ClassVar[str] = "请填写销毁的理由"
