"""The search that the journey trusts: what it finds, and what it lets pass."""

import orjson

from tests.journeys.search import Found, occurrences, stray

TITLE = "关于夜间值班的公告（暗记1）"


def found(content: bytes) -> list[str]:
    return [one.value for one in occurrences("here", content, "暗记1")]


def test_a_word_is_found_however_deep_and_however_written():
    deep = {"a": [{"暗记1": 1}, {"b": TITLE}], "c": "别的"}
    assert found(orjson.dumps(deep)) == ["暗记1", TITLE]
    assert found(b'{"a": "\\u6697\\u8bb01"}') == ["暗记1"]
    assert found("二进制\x00暗记1".encode()) == ["二进制\x00暗记1"]
    assert found(b'"\\u6697\\u8bb0"') == []


def test_only_the_whole_text_that_is_allowed_passes():
    here = [Found("approval", TITLE), Found("approval", f"退回：{TITLE}"), Found("topic", "暗记1")]
    assert stray(here, {TITLE}) == here[1:]
