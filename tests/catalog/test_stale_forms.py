"""A form that was overtaken shows both texts; one that was only sent twice has one effect."""

from __future__ import annotations

import re

import pytest

from tests.catalog.browsing import save
from tests.catalog.conftest import World
from tests.catalog.story import ITEM


async def test_a_stale_form_shows_both_texts_and_saves_from_there(world: World):
    await save(world)
    await save(world, version="1", body="先到的改动")
    answer = await save(world, version="1", body="后到的改动")
    assert answer.status_code == 409
    assert "comparison" in answer.text
    plain = re.sub(r"<[^>]+>", "", answer.text)
    assert "先到的改动" in plain
    assert "后到的改动" in plain
    assert 'name="version" value="2"' in answer.text
    await save(world, version="2", body="后到的改动")
    assert "后到的改动" in (await world.item())["body"]


async def test_a_stale_form_names_the_other_fields_that_differ(world: World):
    await save(world)
    await save(world, version="1", formedOn="2026-11-19", publicChannels=["WEBSITE"], important="1")
    answer = await save(world, version="1", body="后到的改动", dutyLeader="p-zhou")
    words = re.sub(
        r"<[^>]+>|\s", "", answer.text.partition("另有不同的栏目")[2].partition("</table>")[0]
    )
    assert "成文日期2026-11-192026-11-20" in words
    assert "政府网站政府网站、微信公众号" in words
    assert "重要事项是否" in words
    assert "责任领导（空）周建国（局长）" in words


@pytest.mark.parametrize(("then", "events"), [("save", 1), ("submit", 2)])
async def test_a_button_pressed_twice_has_one_effect_and_looks_like_one(
    world: World, then: str, events: int
):
    answers = [await save(world, then=then) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {
        f"/catalog/items/{ITEM}?done={'submitted' if then == 'submit' else 'saved'}"
    }
    assert len(await world.types()) == events


async def test_a_revision_saved_twice_is_one_revision(world: World):
    await save(world)
    answers = [await save(world, version="1", title="改了标题") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert await world.types() == ["item-drafted", "item-revised"]


async def test_the_same_words_from_a_form_of_long_ago_are_still_stale(world: World):
    await save(world)
    await save(world, version="1", title="改")
    await save(world, version="2")
    assert (await save(world, version="1", title="改")).status_code == 409
    assert (await save(world, version="1")).status_code == 409
