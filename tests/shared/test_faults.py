"""What pydantic found wrong is said in Chinese, whatever it was."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.events import Wire
from shared.faults import fault_text
from shared.workdays import Term

CASES: list[tuple[Any, Any]] = [
    (Annotated[str, Field(max_length=3)], "字字字字"), (Annotated[str, Field(min_length=3)], "字"),
    (Annotated[str, Field(pattern="^a$")], "b"), (str, 5), (int, "x"), (int, 1.5), (float, "x"),
    (bool, "x"), (date, "2026-13-40"), (datetime, "x"), (Literal["A", "B"], "C"), (list[int], 5),
    (tuple[int, ...], 5), (dict[str, int], 5), (Term, {}), (Term, 5), (Term, {"n": 0, "unit": "WEEK"}),
    (Term, {"n": 9999, "unit": "WEEK"}), (Term, {"n": 1, "unit": "MONTH"}), (bytes, 5), (complex, "x"),
    (Annotated[list[int], Field(min_length=1)], []), (Annotated[list[int], Field(max_length=1)], [1, 2]),
    (Annotated[int, Field(gt=5)], 5), (Annotated[int, Field(lt=5)], 5), (None, 5),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), CASES)
def test_a_fault_is_told_in_chinese_words(kind, value):
    with pytest.raises(ValidationError) as found:
        TypeAdapter(kind).validate_python(value)
    for fault in found.value.errors():
        text = fault_text(fault)
        assert re.search("[\u4e00-\u9fff]", text)
        assert "{" not in text
        assert not re.search("[a-z]{4,}", text), text


def test_limits_and_choices_are_named():
    class Form(Wire):
        title: str = Field(max_length=2)
        kind: Literal["A", "B"]

    with pytest.raises(ValidationError) as found:
        Form.model_validate({"title": "字字字", "kind": "C"})
    texts = [fault_text(fault) for fault in found.value.errors()]
    assert texts == ["内容过长，最多 2 个字", "不在可选范围内，可选：'A', 'B'"]
