"""What is not PUBLIC reaches no public output whatsoever: a marker in all its parts is looked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from services.publisher.aggregates import PUBLICATION
from services.publisher.contents import fetched
from services.publisher.delivering import Looks, deliver_due
from services.publisher.domain.errors import LeaksOutside
from services.publisher.jobs import Due, Job
from shared.ids import new_id
from tests.approval.story import sha, text
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, INSIDE, ITEM, inside, public

MARKER = "机密标记甲乙丙"
SECRET = f"只给内部的附件 {MARKER}".encode()
FILES = {f"{MARKER}.txt": SECRET}
TEXT = text(f"{MARKER}标题", f"<p>{MARKER}正文</p>", FILES, doc_no=f"{MARKER}〔2026〕1号")

SCOPES = {
    "PARTY_ONLY": [inside("PARTY_ONLY", "o-branch-1")],
    "WITHIN_ORG": [inside("WITHIN_ORG", channels=("INTRANET", "MEETING"))],
    "WHOLE_PARTY": [inside("WHOLE_PARTY")],
    "SPECIFIC_PERSONS": [inside("SPECIFIC_PERSONS", "p-dang")],
    "inside first, outside waiting": [
        INSIDE | {"channels": ["MEETING"], "requiredChannels": ["MEETING"], "leadChannel": "MEETING"},
        public("WEBSITE", "WECHAT", "NOTICE_BOARD"),
    ],
}  # fmt: skip
CITIZENS_PAGES = (
    f"/publisher/search?q={quote(MARKER)}",
    f"/publisher/search?q={quote(MARKER[:4])}",
    f"/publisher/search?q=&agency={AGENCY}",
    f"/publisher/kiosk/{AGENCY}",
    f"/publisher/internal/items/{ITEM}",
    f"/publisher/internal/items/{ITEM}/files/{sha(SECRET)}",
    f"/publisher/work/{ITEM}",
    f"/publisher/work/{ITEM}/poster.pdf",
    f"/publisher/api/v1/publications/{ITEM}",
)


async def everywhere(world: World) -> dict[str, bytes]:
    """Every public output there is: all files of the portal by path, pages, WeChat."""
    found = {
        str(path.relative_to(world.portal)): path.read_bytes()
        for path in world.portal.rglob("*")
        if path.is_file()
    }
    async with world.run.browser() as citizen:
        for url in CITIZENS_PAGES:
            found[url] = (await citizen.get(url, follow_redirects=False)).content
    found["wechat"] = repr(world.account.state).encode()
    return found


async def leaks(world: World) -> list[str]:
    """Where the marker is, apart from the page that repeats what was searched for."""
    places = []
    for place, data in (await everywhere(world)).items():
        for word in (MARKER, MARKER[:4]):
            for echo in (f'value="{word}"', f"<h1>搜索：{word}"):
                data = data.replace(echo.encode(), b"")
        if MARKER.encode() in data or SECRET in data or MARKER in place:
            places.append(place)
    return places


@pytest.mark.parametrize("rings", SCOPES.values(), ids=SCOPES.keys())
async def test_nothing_of_it_is_found_in_any_public_output(world: World, rings: list[Any]):
    await world.published(item=new_id())  # something public, so that there are lists to leak into
    await world.released(TEXT, files=FILES, rings=rings)
    await world.settle()
    await world.site.everything()
    await world.settle()
    assert await leaks(world) == []
    assert not await world.run.sql("SELECT 1 FROM portal_items WHERE item_id = $1", ITEM)


async def test_the_same_marker_is_found_when_it_is_public(world: World):
    """The search of the tests above finds what is there: every output shows it."""
    await world.published(TEXT, files=FILES, rings=[public("WEBSITE", "WECHAT", "NOTICE_BOARD")])
    found = await leaks(world)
    for place in (
        "index.html",
        "feed.xml",
        "wechat",
        f"/publisher/kiosk/{AGENCY}",
        CITIZENS_PAGES[0],
    ):
        assert place in found, place
    assert f"a/{AGENCY}/i/{ITEM}.html" in found
    assert f"a/{AGENCY}/f/{sha(SECRET)}/{MARKER}.txt" in found
    assert f"a/{AGENCY}/policy.html" in found
    assert f"a/{AGENCY}/feed.xml" in found


async def test_there_is_no_poster_of_what_is_not_for_the_public_board(world: World):
    await world.published(TEXT, files=FILES, rings=SCOPES["inside first, outside waiting"])
    async with world.run.browser("p-wang") as http:
        early = await http.get(f"/publisher/work/{ITEM}/poster.pdf")
        assert early.status_code == 404
        assert "轮到公开栏公开时才能生成张贴页" in early.text
        assert (await world.confirm("MEETING", data=b"%PDF-1", name="a.pdf")).status_code == 204
        poster = await http.get(f"/publisher/work/{ITEM}/poster.pdf")
        assert (poster.status_code, poster.content[:5]) == (200, b"%PDF-")


@pytest.mark.parametrize("channel", ["WEBSITE", "WECHAT"])
async def test_the_last_door_holds_even_when_the_plan_is_wrong(world: World, channel: str):
    """Somebody with access to the database plans a public channel for an inside ring."""
    await world.released(TEXT, files=FILES, rings=SCOPES["PARTY_ONLY"])
    await world.run.sql("UPDATE deliveries SET channel = $1", channel)
    await deliver_due(world.run.runtime, world.acts, Looks())
    assert await world.code(channel) == "LeaksOutside"
    await world.settle()
    assert await leaks(world) == []


async def test_a_channel_asked_to_act_for_an_inside_ring_refuses(world: World):
    await world.released(TEXT, files=FILES, rings=SCOPES["PARTY_ONLY"])
    async with world.run.runtime.facts.transaction() as db:
        state, _ = await world.run.runtime.facts.load(db, PUBLICATION, ITEM)
    assert state.clearance is not None
    due = Due("k", ITEM, AGENCY, 1, 0, "WEBSITE", "PENDING", None)
    job = Job(due, state.clearance, state, await fetched(world.run.runtime, state.clearance))
    for act in ("WEBSITE", "WECHAT"):
        with pytest.raises(LeaksOutside):
            await world.acts[act](job)
