"""The main job on a whole platform, as a stranger walks it; and what must hold while it goes on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.demo.client import Platform
from deploy.demo.story import Story, read_story
from tests.faults.house import House
from tests.faults.inhabited import inhabited, visiting
from tests.journeys import path, public
from tests.journeys.desk import chromium_at
from tests.journeys.documents import Document, own, real_or_own
from tests.journeys.path import Journey
from tests.journeys.search import everywhere, stray

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.slow]
STEPS = (
    path.draft, path.review, path.release, path.on_the_board, path.in_wechat,
    public.found_by_the_public, public.opinion, public.answered, public.answer_is_public,
    public.inspected,
)  # fmt: skip


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


async def walk(town: Town, chromium: str, document: Document, *, script: bool) -> Journey:
    """The whole path. The journey as it ended; its windows are closed."""
    home = town.house.home
    async with chromium_at(chromium) as browser:
        word = f"暗记{secrets.token_hex(4)}"
        made = Journey(browser, home.public_url, home.url_of("wechat"), document, word, script)
        for step in STEPS:
            await step(made)
    return made


async def test_a_document_goes_from_draft_to_proven_publication(town: Town, chromium: str):
    journey = await walk(town, chromium, real_or_own(), script=True)
    assert journey.faults == []


async def test_the_same_without_javascript_and_no_word_typed_reaches_the_facts(
    town: Town, chromium: str
):
    journey = await walk(town, chromium, own(), script=False)
    assert journey.faults == []
    found = await everywhere(town.house, journey.word)
    assert stray(found, {journey.title}) == []
    seen = {one.place.split()[0] for one in stray(found, ())}
    assert seen >= {"approval", "publisher", "topic"}, "the approved title is there to be found"
