"""The main job on a whole platform, as a stranger walks it; and what must hold while it goes on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.demo.client import Platform
from deploy.demo.story import Story, read_story
from tests.faults.comparison import compared
from tests.faults.house import House
from tests.faults.inhabited import inhabited, visiting
from tests.journeys import path, public, trouble
from tests.journeys.commands import Marked, operations
from tests.journeys.desk import chromium_at
from tests.journeys.documents import Document, own, real_or_own
from tests.journeys.filled import LEFT_OUT, filled_in
from tests.journeys.forms import Hand, addresses
from tests.journeys.life import lived
from tests.journeys.path import Journey
from tests.journeys.search import everywhere, stray

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
STEPS = (
    path.draft, path.review, path.release, path.on_the_board, path.in_wechat,
    public.found_by_the_public, public.opinion, public.answered, public.answer_is_public,
    public.inspected,
)  # fmt: skip


# A calendar year names its source; it is part of the rules, which are facts as a whole.
RULES = {"PUT /catalog/api/v1/calendars/{year} source"}


@dataclass(frozen=True)
class Town:
    """One platform for all tests here: each brings its own items and leaves it running."""

    house: House
    story: Story
    platform: Platform


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    story = read_story()
    with inhabited(story) as house, visiting(house, story) as platform:
        yield Town(house, story, platform)


def new_word() -> str:
    """Found nowhere else; no id or code can hold it."""
    return f"暗记{secrets.token_hex(4)}"


async def walk(town: Town, chromium: str, document: Document, *, script: bool) -> Journey:
    """The whole path. The journey as it ended; its windows are closed."""
    home = town.house.home
    async with chromium_at(chromium) as browser:
        sandbox, word = home.url_of("wechat"), new_word()
        made = Journey(browser, home.public_url, sandbox, document, word, script)
        for step in STEPS:
            await step(made)
    return made


async def only(town: Town, word: str, allowed: set[str]) -> None:
    """The word stands in facts and topics where it may; and it does stand there, so the search sees."""
    found = await everywhere(town.house, word)
    assert stray(found, allowed) == []
    places = {one.place.split()[0] for one in found}
    assert places >= {"approval", "publisher", "topic"}


@pytest.mark.browser
async def test_a_document_goes_from_draft_to_proven_publication(town: Town, chromium: str):
    journey = await walk(town, chromium, real_or_own(), script=True)
    assert journey.faults == []


@pytest.mark.browser
async def test_the_same_without_javascript(town: Town, chromium: str):
    journey = await walk(town, chromium, own(), script=False)
    assert journey.faults == []
    await only(town, journey.word, {journey.title})


async def test_no_word_of_a_command_reaches_facts_or_topics(town: Town):
    marked = Marked(town.platform, new_word(), operations(town.platform))
    allowed = lived(marked)
    assert marked.untyped == RULES
    await only(town, marked.word, allowed)


async def test_no_word_of_a_form_reaches_facts_or_topics(town: Town):
    hand = Hand(town.platform, new_word())
    allowed = filled_in(hand)
    patterns = {path: re.sub(r"\{\w+\}", "[^/]+", path) for path in addresses()}
    sent = {path for path, p in patterns.items() if any(re.fullmatch(p, one) for one in hand.sent)}
    assert patterns.keys() - sent == LEFT_OUT
    await only(town, hand.word, allowed)


def test_of_two_people_deciding_at_once_one_counts(town: Town):
    item = trouble.item_of(town.story, 11)
    other = trouble.second_reviewer(town.platform)
    trouble.taken(town.platform, town.story, item, "review")
    answers = trouble.decided_at_once(town.platform, item, other)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [late] = [answer for answer in answers if answer.status_code == 409]
    trouble.told_in_chinese(late)
    review = town.platform.do("p-li", "GET", f"/approval/api/v1/reviews/{item.id}/1")
    assert len(review["decisions"]) == 1


def test_of_a_double_click_and_of_two_windows_one_counts(town: Town):
    item = trouble.item_of(town.story, 12)
    trouble.taken(town.platform, town.story, item, "draft")
    stale = trouble.saved_from_an_old_page(town.platform, town.story, item)
    assert ("后保存" in stale["yours"]["body"], "先保存" in stale["current"]["body"]) == (
        True,
        True,
    )
    answers = trouble.submitted_at_once(town.platform, item)
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    trouble.taken(town.platform, town.story, item, "approved")


def test_without_the_broker_people_go_on_and_are_told_what_waits(town: Town):
    item = trouble.item_of(town.story, 13)
    path = f"/catalog/items/{item.id}"
    with town.house.without("kafka"):
        trouble.submitted(town.platform, town.story, item)
        town.platform.until("告知", lambda: trouble.says_that_it_waits(town.platform, path))
        assert trouble.page(town.platform, "citizen", "/").status_code == 200
    trouble.out(town.platform, town.story, item)
    assert not trouble.says_that_it_waits(town.platform, path)


def test_without_the_database_nothing_is_half_done(town: Town):
    item = trouble.item_of(town.story, 14)
    path, form = f"/catalog/api/v1/items/{item.id}", trouble.form_of(town.story, item)
    with town.house.without("postgres"):
        trouble.severed(town.platform)
        refused = town.platform.once("p-chen", "PUT", path, json=form)
        shown = trouble.page(town.platform, "p-chen", "/catalog/items")
        assert (refused.status_code, shown.status_code) == (503, 503)
        for answer in (refused, shown):
            assert "没有丢失" in trouble.told_in_chinese(answer)
        assert trouble.page(town.platform, "citizen", "/").status_code == 200
    town.platform.do("p-chen", "PUT", path, json=form)
    trouble.out(town.platform, town.story, item)


async def test_a_restart_in_the_middle_of_the_path_loses_nothing(town: Town):
    item = trouble.item_of(town.story, 15)
    trouble.taken(town.platform, town.story, item, "review", passed=1)
    town.house.stop()
    town.house.start()
    trouble.out(town.platform, town.story, item)
    rows = await compared(town.house, [item])
    assert [row for row in rows if not row.good] == []
