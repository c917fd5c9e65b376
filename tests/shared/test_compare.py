"""Two texts side by side: nothing of either is lost, and what differs is marked."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from shared.pages import compare

TEXT = st.text(alphabet="甲乙丙<&\n ", max_size=80)
TAGS = re.compile("</?(?:del|ins)>")


@given(TEXT, TEXT)
def test_each_side_shows_exactly_its_own_text(before, after):
    left, right = compare(before, after)
    assert unescape(TAGS.sub("", left)) == before
    assert unescape(TAGS.sub("", right)) == after


@given(TEXT, TEXT)
def test_what_is_not_marked_is_the_same_on_both_sides(before, after):
    left, right = compare(before, after)
    assert re.sub("<del>.*?</del>", "", left, flags=re.S) == re.sub(
        "<ins>.*?</ins>", "", right, flags=re.S
    )


def test_one_changed_word_is_marked_and_the_rest_is_not():
    left, right = compare("一、名册\n共12家。\n完", "一、名册\n共13家。\n完")
    assert left == "一、名册\n共1<del>2</del>家。\n完"
    assert right == "一、名册\n共1<ins>3</ins>家。\n完"


def test_of_two_very_long_texts_the_changed_stretch_is_marked_as_a_whole():
    lines = [f"第{number}条\n" for number in range(5000)]
    before, after = "".join(lines), "".join([*lines[:2000], "改", *lines[2001:]])
    left, right = compare(before, after)
    assert "第1999条\n<del>第2000条\n</del>第2001条" in left
    assert "<ins>改" in right
