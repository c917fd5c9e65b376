"""Background loops: each channel's deliveries, and the portal's lists; in one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from services.publisher.acts import acts
from services.publisher.channels.wechat import WeChat
from services.publisher.delivering import Looks, deliver_due
from services.publisher.jobs import Act
from services.publisher.labels import PAGES
from services.publisher.portal.site import Site
from shared.runtime import Runtime

WRITER = 7_101  # advisory lock: the one who delivers and writes the portal
IDLE = 0.15  # seconds between looks for something due
LISTS = 0.3  # seconds between rewritings of lists
POSTINGS = 2.0  # seconds between looks for postings that have ended


async def deliveries(runtime: Runtime) -> None:
    """Hold the writer's lock, then deliver what is due and keep the portal's lists fresh."""
    wechat = wechat_of(runtime)
    try:
        async with runtime.worker_pool.acquire() as lock:
            await lock.execute("SELECT pg_advisory_lock($1)", WRITER)
            try:
                await _work(runtime, Site(runtime, PAGES), wechat)
            finally:
                await lock.execute("SELECT pg_advisory_unlock($1)", WRITER)
    finally:
        if wechat is not None:
            await wechat.close()


def wechat_of(runtime: Runtime) -> WeChat | None:
    """None where no official account is named."""
    settings = runtime.settings
    if not settings.wechat_url:
        return None
    secret = settings.wechat_secret.get_secret_value()
    return WeChat(settings.wechat_url, settings.wechat_app_id, secret)


async def _work(runtime: Runtime, site: Site, wechat: WeChat | None) -> None:
    # After a start nobody knows which pages the last writer still owed: write them all.
    await site.everything()
    async with asyncio.TaskGroup() as group:
        for channel, act in acts(runtime, site, wechat).items():
            group.create_task(_deliver(runtime, {channel: act}), name=f"deliver {channel}")
        group.create_task(_keep_lists(runtime, site), name="portal lists")


async def _deliver(runtime: Runtime, act: Mapping[str, Act]) -> None:
    """One channel on its own: while one hangs, the others go on."""
    looks = Looks()
    while True:
        if await deliver_due(runtime, act, looks) == 0:
            await asyncio.sleep(IDLE)


async def _keep_lists(runtime: Runtime, site: Site) -> None:
    clock = asyncio.get_running_loop().time
    postings_at = 0.0
    while True:
        if clock() >= postings_at:
            await follow_postings(runtime, site)
            postings_at = clock() + POSTINGS
        await site.refresh()
        await asyncio.sleep(LISTS)


async def follow_postings(runtime: Runtime, site: Site) -> None:
    """Pages whose posting has ended, or ends on another day than they say, are written again."""
    async with runtime.facts.transaction() as db:
        rows = await db.fetch(
            "UPDATE portal_items i SET ended_on = p.ended_on, post_until = p.post_until,"
            " post_rule = p.post_rule FROM publications p WHERE p.item_id = i.item_id"
            " AND p.round = i.round AND (i.ended_on IS DISTINCT FROM p.ended_on"
            " OR i.post_until IS DISTINCT FROM p.post_until) AND EXISTS (SELECT 1 FROM published_rings r"
            " WHERE r.item_id = i.item_id AND r.round = i.round AND r.scope = 'PUBLIC')"
            " RETURNING i.item_id"
        )
    for row in rows:
        await site.rewrite_item(row["item_id"])
