"""The page on benchmarks: a new table leaves the prose alone, and no benchmark is without its explanation."""

import pytest

from benchmarks.__main__ import NAMES
from benchmarks.figures import Figure, percentile
from benchmarks.page import BEGIN, EMBEDDED, END, PAGE, NoMarks, replaced, rows


def figure(value: float, aim: float, *, lower: bool = False) -> Figure:
    return Figure("重建读表", value, "条/秒", 50_000, "手写", aim, lower=lower)


def test_a_new_table_replaces_the_old_one_and_keeps_the_prose():
    page = f"# Title\n{BEGIN}old\n{END}\n\nProse.\n"
    assert replaced(page, "new\n") == f"# Title\n{BEGIN}new\n{END}\n\nProse.\n"


@pytest.mark.parametrize("page", ["", f"{BEGIN}only the first mark", f"only the last mark{END}"])
def test_a_page_that_lost_its_marks_is_not_written(page):
    with pytest.raises(NoMarks):
        replaced(page, "new")


def test_a_row_says_value_aim_verdict_and_the_machines_limit():
    [row] = rows([("rebuilding", figure(12_345.6, 20_000))])
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    limit = "50,000（手写）"
    assert cells == ["`rebuilding`", "重建读表", "12,346 条/秒", "≥ 20,000", "未达到", limit]


def test_less_is_better_only_where_it_says_so():
    assert figure(30, 20).met
    assert not figure(30, 20, lower=True).met
    assert figure(20, 20, lower=True).met


def test_the_percentile_is_a_value_that_was_measured():
    assert percentile([3, 1, 2], 50) == 2
    assert percentile(range(1, 101), 99) == 99
    assert percentile([7], 99) == 7


@pytest.mark.parametrize("page", [PAGE, EMBEDDED])
def test_the_pages_have_a_place_for_their_table(page):
    text = page.read_text("utf-8")
    assert replaced(text, "") != text


def test_the_page_explains_every_benchmark():
    page = PAGE.read_text("utf-8")
    assert [name for name in NAMES if f"**`{name}`** — " not in page] == []
