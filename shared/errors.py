"""Refusals a person may meet. Few kinds; only `shared/http.py` knows their status codes.

DomainError
├── NotFound    nothing there, or nothing this person may know of
├── Forbidden   the person may not do this
├── Conflict    the thing is in another state than the command supposes
│   └── Stale   the form was made from an older version (carries both texts)
├── Invalid     the command itself is wrong; `field` names the field
├── Unavailable another part is away for now; trying again helps
└── OutOfSpace  the disk is full; nothing was half written
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a Chinese text for the person who asked.

    Subclasses set `text`; `field` names the form field at fault (wire name, camelCase);
    `extra` goes into the RFC 9457 problem as extension members.
    """

    text: ClassVar[str] = "操作未能完成"

    def __init__(self, text: str | None = None, *, field: str | None = None, **extra: Any) -> None:
        self.detail = text or self.text
        self.field = field
        self.extra = extra
        super().__init__(self.detail)


class NotFound(DomainError):
    text: ClassVar[str] = "没有找到该内容，可能已被移走，或您无权查看"


class Forbidden(DomainError):
    text: ClassVar[str] = "您没有办理此事的权限"


class Conflict(DomainError):
    text: ClassVar[str] = "当前状态下不能这样办理"


class Invalid(DomainError):
    text: ClassVar[str] = "填写的内容有误"


class Stale(Conflict):
    """Somebody changed it since the form was opened; `extra` carries `yours` and `current`."""

    text: ClassVar[str] = "此内容在您打开之后已被修改，请对照后再提交"


class Unavailable(DomainError):
    text: ClassVar[str] = "系统的一部分暂时不可用，您填写的内容没有丢失，请稍后再试"


class OutOfSpace(DomainError):
    text: ClassVar[str] = "存储空间不足，文件没有保存，请联系管理员后重试"


class NotReady(Exception):
    """Reference data is not here yet: wait and try again, without alarm. Never shown to a person."""
