"""What was typed becomes safe HTML, and what was saved is shown as it was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.bodies import as_typed, plain_text, safe_html

SIGNS = st.text(alphabet="甲乙 <>&;ab/p\n\t　\"'#x", max_size=60)


@given(SIGNS)
def test_opening_and_saving_again_changes_nothing(typed):
    saved = safe_html(typed)
    assert safe_html(as_typed(saved)) == saved


@given(SIGNS)
def test_only_known_tags_come_out(typed):
    opened = set(re.findall("<([^ >]*)", safe_html(typed)))
    assert opened <= {"p", "/p", "a", "/a"}


def test_plain_text_is_shown_without_tags():
    assert as_typed("<p>一、甲 &amp; 乙</p><p>PM2.5 &lt; 75</p>") == "一、甲 & 乙\nPM2.5 < 75"


def test_a_table_is_shown_as_the_html_it_is():
    table = "<table><tbody><tr><td>甲</td></tr></tbody></table>"
    assert as_typed(table) == table


def test_typed_tags_of_an_imported_text_stay_text():
    body = "<p>&lt;b&gt;一&lt;/b&gt;</p>"
    assert safe_html(as_typed(body)) == body


@pytest.mark.parametrize("typed", ["甲 < 乙", "a<1", "1 <2> 3", "甲 & 乙"])
def test_a_sign_of_arithmetic_is_no_markup(typed):
    assert safe_html(typed).startswith("<p>")
    assert as_typed(safe_html(typed)) == typed


def test_two_versions_are_compared_by_their_words_line_by_line():
    body = "<h2>一、名册</h2><p>甲 &amp; 乙</p><table><tr><td>电话</td><td>12348</td></tr></table>"
    assert plain_text(body) == "一、名册\n甲 & 乙\n电话\t12348"
