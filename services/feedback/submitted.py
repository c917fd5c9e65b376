"""Reading form posts: every fault named in Chinese beside its field, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ValidationError

from shared.errors import DomainError
from shared.http import status_of
from shared.ids import new_id

F = TypeVar("F", bound=BaseModel)

LABELS = {
    "text": "内容", "name": "称呼", "contact": "联系方式", "kind": "类别", "channel": "收到方式",
    "receivedOn": "收到日期", "itemId": "公开事项", "outcome": "筛选结论", "reason": "理由",
    "reasonText": "理由说明", "handler": "承办人", "organId": "承办科室", "adopted": "是否采纳",
}  # fmt: skip
# What is shown again of an over-long text: enough to shorten it, not ten megabytes.
SHOWN_AGAIN = 20_000


@dataclass(frozen=True)
class Refused:
    """Why a form comes back: its fields as typed, faults by field, and a general text."""

    status: int = 200
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    retry_after: int | None = None


async def fields(request: Request) -> dict[str, str]:
    """What was typed, as text; files are ignored."""
    form = await request.form()
    return {name: value[:SHOWN_AGAIN] for name, value in form.items() if isinstance(value, str)}


def id_of(typed: Mapping[str, str]) -> str:
    """The id the form was given when it was shown, so that sent twice it is one opinion."""
    try:
        return str(UUID(typed.get("feedbackId", "")))
    except ValueError:
        return new_id()


def filled(model: type[F], typed: Mapping[str, str], **known: Any) -> F:
    """The form as a model; empty fields count as absent. Raises ValidationError."""
    given = {name: value for name, value in typed.items() if value != ""}
    return model.model_validate({**given, **known})


def refused(typed: Mapping[str, str], error: ValidationError | DomainError) -> Refused:
    if isinstance(error, DomainError):
        faults = {error.field: error.detail} if error.field else {}
        return Refused(status_of(error), typed, faults, error.detail, error.extra.get("retryAfter"))
    faults = {str(fault["loc"][0]): _words(fault) for fault in reversed(error.errors())}
    return Refused(422, typed, faults, "填写的内容有误，请按提示修改后再提交")


def _words(fault: Any) -> str:
    label = LABELS.get(str(fault["loc"][0]), "此项")
    limits = fault.get("ctx", {})
    if fault["type"] == "string_too_long":
        return f"{label}最多 {limits['max_length']} 个字"
    if fault["type"] == "string_too_short":
        return f"请填写{label}，至少 {limits['min_length']} 个字"
    if fault["type"].startswith("date"):
        return f"请填写正确的{label}，例如 2026-11-23"
    return f"请选择{label}" if fault["type"] in ("enum", "bool_parsing") else f"请填写{label}"
