"""Until when it stays: explained where people look, ended by a timer, counted again with a new calendar."""

from __future__ import annotations

from datetime import date, timedelta

from services.catalog.policy.files import policy_set
from services.publisher.portal.site import today
from shared.workdays import CalendarYear, chinese, legal_day
from tests.approval.story import text
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, INSIDE, ITEM, OTHER, public

PAGE = f"/a/{AGENCY}/i/{ITEM}.html"


async def long_ago(world: World, days: int) -> None:
    """As if the board had hung for so many days: the photo is of that day."""
    day = today() - timedelta(days=days)
    board = public("NOTICE_BOARD", "WEBSITE")
    await world.released(rings=[board], determinedOn=str(day))
    answer = await world.confirm(on=day)
    assert answer.status_code == 204, answer.text
    await world.settle()


async def test_the_date_is_explained_on_the_page_and_to_the_office(world: World):
    await world.run.policy(policy_set("bureau-justice"), AGENCY, "2026.1")
    await world.published(policyAgency=AGENCY)
    found = await world.publication()
    rule = found["postUntil"]["rule"]
    assert (rule["rule"]["id"], rule["start"]) == ("S2-29", today().isoformat())
    assert rule["due"] == found["postUntil"]["date"]
    async with world.run.browser("p-wang") as http:
        office = (await http.get(f"/publisher/work/{ITEM}")).text
    for page in (office, world.page(PAGE)):
        assert "次日起20个工作日" in page
        assert "即时公开不少于20个工作日" in page
        assert chinese(date.fromisoformat(rule["due"])) in page


async def test_long_term_items_say_so_and_have_no_timer(world: World):
    await world.published(durationClass="LONG_TERM")
    assert (await world.publication())["postUntil"] == {"date": None, "open": True, "rule": None}
    assert "长期" in world.page(PAGE)
    assert await world.run.sql("SELECT 1 FROM timers") == []


async def test_a_timer_ends_the_posting_and_the_page_stays_with_its_status(world: World):
    await long_ago(world, 8)
    assert await world.timers() == 1
    await world.settle()
    [ended] = await world.facts("publisher.posting-ended.v1")
    last = today() - timedelta(days=1)
    assert (ended["endedOn"], ended["reason"]) == (last.isoformat(), "TERM")
    page = world.page(PAGE)
    assert f"公示期已于{chinese(last)}届满，本页保留供查阅" in page
    assert "公示期满" in page
    assert "现将法律援助机构名册予以公布" in page
    assert "公示期满" in world.page(f"/a/{AGENCY}/policy.html")
    assert await world.timers() == 0


async def test_nothing_ends_on_its_last_day(world: World):
    await long_ago(world, 7)
    assert await world.timers() == 0
    assert (await world.publication())["endedOn"] is None


async def test_the_kiosk_shows_what_is_posted_and_not_what_has_ended(world: World):
    await long_ago(world, 8)
    await world.published(text("还在公示的通知", "<p>在。</p>"), item=OTHER)
    async with world.run.browser() as http:
        both = [(await http.get(f"/publisher/kiosk/{AGENCY}?page={n}")).text for n in (0, 1)]
        assert sum("名册" in page for page in both) == 1
        await world.timers()
        await world.settle()
        after = [(await http.get(f"/publisher/kiosk/{AGENCY}?page={n}")).text for n in range(4)]
        assert all("还在公示的通知" in page for page in after)
        assert "目前没有在公示的信息" in (await http.get("/publisher/kiosk/linjiang-mzj")).text
        assert (await http.get("/publisher/kiosk/nowhere")).status_code == 404


async def test_the_posting_of_the_outside_ring_counts_from_its_own_day(world: World):
    meeting = INSIDE | {
        "channels": ["MEETING"], "requiredChannels": ["MEETING"], "leadChannel": "MEETING"
    }  # fmt: skip
    day = today() - timedelta(days=5)
    await world.released(rings=[meeting, public("WEBSITE")], determinedOn=str(day))
    assert (await world.confirm("MEETING", on=day)).status_code == 204
    assert (await world.publication())["postUntil"]["date"] == str(day + timedelta(days=7))
    await world.settle()
    until = today() + timedelta(days=7)
    assert (await world.publication())["postUntil"]["date"] == str(until)
    assert f"至{chinese(until)}" in world.page(PAGE)


async def test_a_provisional_date_says_so_and_is_counted_again_with_the_calendar(world: World):
    await world.run.sql("DELETE FROM reference WHERE kind = 'calendar'")
    await world.run.policy(policy_set("bureau-justice"), AGENCY, "2026.1")
    await world.published(policyAgency=AGENCY)
    assert "（暂定）" in world.page(PAGE)
    assert "放假安排尚未公布" in world.page(PAGE)
    before = date.fromisoformat((await world.publication())["postUntil"]["date"])
    for year in {today().year, today().year + 1, before.year}:
        off = tuple(today() + timedelta(days=n) for n in range(1, 6))
        mine = CalendarYear(year=year, off=tuple(day for day in off if day.year == year))
        data = {"year": year, "calendar": mine.wire()}
        message = world.run.message(
            "catalog.calendar-published.v1", data, f"calendar-{year}", "national"
        )
        await world.run.receive(message)
    await world.settle()
    after = date.fromisoformat((await world.publication())["postUntil"]["date"])
    assert after > before
    assert "publisher.posting-recounted.v1" in await world.types()
    page = world.page(PAGE)
    assert "（暂定）" not in page
    assert f"至{chinese(after)}" in page
    [timer] = await world.run.sql("SELECT due FROM timers")
    assert legal_day(timer["due"]) == after + timedelta(days=1)


async def test_a_newer_revision_starts_its_own_posting(world: World):
    await long_ago(world, 8)
    await world.timers()
    await world.settle()
    await world.published(text("第二稿", "<p>二</p>"), revision=2)
    page = world.page(PAGE)
    assert "本页保留供查阅" not in page
    assert f"至{chinese(today() + timedelta(days=7))}" in page
