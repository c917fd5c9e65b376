"""What pydantic found wrong with one field, in Chinese for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# By the kind of fault; the placeholders are the fault's own limits.
TEXTS: Mapping[str, str] = {
    "missing": "必须填写",
    "string_too_short": "至少填写 {min_length} 个字",
    "string_too_long": "内容过长，最多 {max_length} 个字",
    "string_pattern_mismatch": "只能使用规定的字符（英文字母、数字和连字符等编号），请核对",
    "string_type": "应为文字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "literal_error": "不在可选范围内，可选：{expected}",
    "enum": "不在可选范围内，可选：{expected}",
    "union_tag_invalid": "不在可选范围内，可选：{expected_tags}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "greater_than": "必须大于 {gt}",
    "less_than": "必须小于 {lt}",
    "json_invalid": "不是有效的 JSON",
    "extra_forbidden": "没有这一项",
}
FAMILIES: Mapping[str, str] = {
    "date": "日期不对，请按 2026-11-23 的样子填写",
    "datetime": "时间不对，请按 2026-11-23T09:00:00+08:00 的样子填写",
    "int": "应为整数",
    "float": "应为数字",
    "bool": "应为是或否",
    "list": "应为多项列表",
    "tuple": "应为多项列表",
    "dict": "格式不对",
    "model": "格式不对",
}


def fault_text(fault: Mapping[str, Any]) -> str:
    """One error of `ValidationError.errors()` as a phrase. Chinese texts of our own checks are kept."""
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    known = TEXTS.get(kind)
    if known:
        return known.format_map(context).replace(" or ", ", ")
    if any("\u4e00" <= sign <= "\u9fff" for sign in str(fault["msg"])):
        return str(fault["msg"])
    return FAMILIES.get(kind.partition("_")[0], "不符合要求，请核对")
