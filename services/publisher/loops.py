"""Publisher's own background loops: deliveries and the portal's lists, by one process at a time."""

from __future__ import annotations

import asyncio

from services.publisher.acts import acts
from services.publisher.channels.wechat import WeChat
from services.publisher.delivering import deliver_due
from services.publisher.labels import PAGES
from services.publisher.portal.site import Site
from shared.runtime import Runtime

WRITER = 7_101  # advisory lock: the one who delivers and writes the portal
IDLE = 0.1  # seconds between looks
LISTS = 0.3  # seconds between rewritings of lists


async def deliveries(runtime: Runtime) -> None:
    """Hold the writer's lock, then deliver what is due and keep the portal's lists fresh."""
    url = runtime.settings.wechat_url
    wechat = WeChat(url, "gongkai", "sandbox") if url else None
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


async def _work(runtime: Runtime, site: Site, wechat: WeChat | None) -> None:
    # After a start nobody knows which lists the last writer still owed: write them all.
    await site.everything()
    todo = acts(runtime, site, wechat)
    last = 0.0
    while True:
        done = await deliver_due(runtime, todo)
        now = asyncio.get_running_loop().time()
        if now - last >= LISTS:
            last = now
            await _ended(runtime, site)
            await site.refresh()
        if done == 0:
            await asyncio.sleep(IDLE)


async def _ended(runtime: Runtime, site: Site) -> None:
    """Pages whose posting has ended say so."""
    async with runtime.facts.transaction() as db:
        rows = await db.fetch(
            "UPDATE portal_items i SET ended_on = p.ended_on FROM publications p"
            " WHERE p.item_id = i.item_id AND p.ended_on IS NOT NULL AND i.ended_on IS NULL"
            " RETURNING i.item_id"
        )
    for row in rows:
        await site.rewrite_item(row["item_id"])
