"""Promises of every service, kept here: rebuild, isolation, no free text in facts, one writer at work."""

from __future__ import annotations

import asyncio
import socket

from services.publisher.loops import deliveries
from shared.db import scoped
from tests.approval.story import text
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, INSIDE, ITEM, NEIGHBOUR, OTHER, PNG, TOP, public

TABLES = (
    "events", "publications", "published_rings", "deliveries", "readings", "index_counters", "contents",
    "timers",
)  # fmt: skip
MARKER = "标记甲乙丙"


async def everything(world: World) -> None:
    """A row of the justice bureau in every table; each kind of fact at least once."""
    world.account.state.faults.refuse = "失败"
    await world.published(rings=[INSIDE, public("WEBSITE", "WECHAT", "NOTICE_BOARD")])
    assert (await world.confirm()).status_code == 204
    async with world.run.browser("p-dang") as http:
        assert (await http.get(f"/publisher/internal/items/{ITEM}")).status_code == 200
    await world.published(
        text("失败的一件", "<p>一</p>"), item=OTHER, rings=[public("WEBSITE", "WECHAT")]
    )
    await world.published(text("第二稿", "<p>二</p>"), revision=2)
    await world.approve(text("第三稿", "<p>三</p>"), revision=3)


async def test_rebuilt_tables_equal_the_live_ones(world: World):
    await everything(world)
    before = await world.run.tables()
    assert all(before.values()), {name for name, rows in before.items() if not rows}
    count = await world.run.rebuild()
    assert count == len(await world.run.sent())
    assert await world.run.tables() == before


async def test_numbers_go_on_where_they_were_after_a_rebuild(world: World):
    await world.published()
    await world.run.rebuild()
    await world.released(item=OTHER)
    assert (await world.publication(OTHER))["indexNo"].endswith("-00002")


async def test_with_our_own_filters_removed_a_foreign_agency_sees_no_row(world: World):
    await everything(world)
    for table in TABLES:
        async with scoped(world.run.runtime.app_pool, [AGENCY], write=False) as db:
            assert await db.fetchval(f"SELECT count(*) FROM {table}"), table
        async with scoped(world.run.runtime.app_pool, [NEIGHBOUR, TOP], write=False) as db:
            assert not await db.fetch(f"SELECT * FROM {table} WHERE agency = $1", AGENCY), table
        async with scoped(world.run.runtime.app_pool, [], write=False) as db:
            assert not await db.fetchval(f"SELECT count(*) FROM {table}"), table


async def test_every_table_with_an_agency_is_protected_but_what_is_public(world: World):
    rows = await world.run.sql(
        "SELECT c.table_name AS name FROM information_schema.columns c JOIN pg_class t"
        " ON t.relname = c.table_name WHERE c.table_schema = 'public' AND c.column_name = 'agency'"
        " AND t.relkind = 'r' AND NOT t.relforcerowsecurity"
    )
    public_by_nature = {"directory_agencies", "directory_organs", "directory_grants", "reference"}
    assert {row["name"] for row in rows} - public_by_nature == {"portal_items"}


async def test_facts_and_messages_hold_no_text_but_title_and_document_number(world: World):
    """And what people may add here, a photo with a name, leaves only its hash."""
    notice = text(
        f"{MARKER}标题", f"<p>{MARKER}正文</p>", {f"{MARKER}.pdf": b"%PDF"}, f"{MARKER}号"
    )
    files = {f"{MARKER}.pdf": b"%PDF"}
    await world.published(notice, files=files, rings=[public("WEBSITE", "WECHAT", "NOTICE_BOARD")])
    assert (await world.confirm(data=PNG, name=f"{MARKER}.png")).status_code == 204
    rows = await world.run.sql("SELECT type, data::text AS data, message FROM events")
    for row in rows:
        for held in (row["data"], row["message"].decode()):
            allowed = held.replace(f'"title":"{MARKER}标题"', "").replace(
                f'"docNo":"{MARKER}号"', ""
            )
            assert MARKER not in allowed, row["type"]


async def test_the_loop_itself_delivers_and_keeps_the_lists(world: World):
    """Not called step by step: as it runs in the service."""
    loop = asyncio.create_task(deliveries(world.run.runtime))
    try:
        await world.released(rings=[public("WEBSITE", "WECHAT")])
        await world.run.until(lambda: finished(world))
        await world.run.until(lambda: listed(world))
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def test_a_channel_that_hangs_holds_no_other(world: World):
    silent = socket.create_server(("127.0.0.1", 0))  # takes the call and never answers
    world.run.settings.wechat_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    loop = asyncio.create_task(deliveries(world.run.runtime))
    try:
        for item in (ITEM, OTHER):
            await world.released(item=item, rings=[public("WEBSITE", "WECHAT")])
        await world.run.until(lambda: shown(world))
        assert (await world.states())["WECHAT"] == "STARTED"
    finally:
        silent.close()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def shown(world: World) -> bool:
    return [(await world.states(item))["WEBSITE"] for item in (ITEM, OTHER)] == ["CONFIRMED"] * 2


async def finished(world: World) -> bool:
    return bool((await world.publication())["status"] == "COMPLETED")


async def listed(world: World) -> bool:
    path = world.portal / "index.html"
    return path.exists() and ITEM in path.read_text("utf-8")


async def test_of_two_processes_one_delivers_and_the_other_takes_over(world: World):
    first = asyncio.create_task(deliveries(world.run.runtime))
    second = asyncio.create_task(deliveries(world.run.runtime))
    try:
        await world.released(rings=[public("WECHAT")])
        await world.run.until(lambda: finished(world))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await world.released(text("第二件", "<p>二</p>"), item=OTHER, rings=[public("WECHAT")])
        await world.run.until(lambda: confirmed(world))
    finally:
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
    assert len(world.account.state.posts) == 2


async def confirmed(world: World) -> bool:
    return (await world.states(OTHER))["WECHAT"] == "CONFIRMED"
