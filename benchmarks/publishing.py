"""Approved → visible on the website, in WeChat (sandbox) and on the notice board, at 20 items a second.

`python -m benchmarks.publishing [SECONDS]` starts a whole platform of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg

from benchmarks.figures import Figure, percentile, show
from benchmarks.machine import cpu_seconds
from benchmarks.prepared import Ready, items_of, prepared, released_by_policy
from benchmarks.sightings import Sightings
from benchmarks.wire import HEAD_END, Wires, wires
from deploy.demo.items import APPROVAL
from deploy.demo.story import Story, read_story
from deploy.embedded.records import SUPERVISOR
from deploy.embedded.supervisor import stoppable
from tests.faults.house import House
from tests.faults.inhabited import inhabited, visiting

RATE = 20  # items a second
WARM = 20  # items before the clock counts
PATIENCE = 30.0  # seconds for the last ones to appear
AIM = 1000  # milliseconds
LIMIT = "HTTP 请求、写文件、经同一入口取回"
CLOCK = time.perf_counter


async def decide(
    edge: Wires, ready: Sequence[Ready], tokens: Mapping[str, str]
) -> dict[str, float]:
    """Send the last decisions at a steady pace, whether or not the earlier ones are answered;
    when each was sent, by item id."""
    sent: dict[str, float] = {}

    async def one(last: Ready) -> None:
        sent[last.item.id] = CLOCK()
        headers = {"Authorization": f"Bearer {tokens[last.who]}"}
        answer = await edge.post(last.path, last.body, headers)
        assert answer.status == 200, answer.text

    begin = CLOCK()
    async with asyncio.TaskGroup() as group:
        for number, last in enumerate(ready):
            await asyncio.sleep(max(0.0, begin + number / RATE - CLOCK()))
            group.create_task(one(last))
    return sent


async def bare(edge: Wires, portal: Path, seconds: float = 5) -> list[float]:
    """What the machine does at the same pace: a request, a file renamed into place, a page fetched."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                name = (await reader.readuntil(HEAD_END)).split(b" ")[1].decode().strip("/")
                await reader.readexactly(len(b"{}"))
                aside = portal / f".bare-{name}"
                aside.write_text("<html>" + "公" * 4000 + "</html>", "utf-8")
                os.replace(aside, portal / f"bare-{name}.html")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def one(number: int) -> float:
        begin = CLOCK()
        await own.post(f"/{number}", {})
        assert (await edge.get(f"/bare-{number}.html")).status == 200
        return CLOCK() - begin

    server = await asyncio.start_server(write, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        wires(f"http://127.0.0.1:{port}") as own,
    ):
        tasks = []
        for number in range(int(RATE * seconds)):
            tasks.append(asyncio.create_task(one(number)))
            await asyncio.sleep(1 / RATE)
        return await asyncio.gather(*tasks)


async def measure(house: House, ready: Sequence[Ready], tokens: Mapping[str, str]) -> list[Figure]:
    home, agency = house.home, ready[0].item.agency
    numbers = {n: last.item.id for n, last in enumerate(ready)}
    async with wires(home.public_url) as edge, wires(home.url_of("wechat")) as wechat:
        limit = percentile(await bare(edge, home.portal), 99) * 1000
        seen = Sightings(edge, wechat, home.portal, agency, numbers)
        watching = [asyncio.create_task(watcher) for watcher in seen.watchers()]
        sent = await decide(edge, ready[:WARM], tokens)
        await _visible(seen, watching, WARM)
        before = _spent(house)
        sent |= await decide(edge, ready[WARM:], tokens)
        await _visible(seen, watching, len(ready))
        _explain(before, _spent(house), len(ready) - WARM)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    order = await _written(house)
    counted = {last.item.id: sent[last.item.id] for last in ready[WARM:]}
    return [
        _figure("网站信息页", counted, seen.website, limit),
        _figure("网站列表与订阅", counted, seen.listed, limit),
        _figure("微信（沙箱）文章", counted, seen.articles, limit),
        _figure("公开栏屏幕", counted, seen.shown(order), limit),
    ]


async def _visible(seen: Sightings, watching: Sequence[asyncio.Task[None]], count: int) -> None:
    """Until `count` items were seen everywhere; what is missing after a while counts as never."""
    end = CLOCK() + PATIENCE
    while CLOCK() < end and min(map(len, (seen.website, seen.listed, seen.articles))) < count:
        for task in watching:
            if task.done():
                task.result()
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)


def _spent(house: House) -> dict[str, float]:
    """Processor seconds by process; what the postgres of a service did counts as the database's."""
    own = {"测量程序": time.process_time()}
    return own | {
        name: cpu_seconds(row.pid)
        for name, row in house.records.read().items()
        if name != SUPERVISOR
    }


def _explain(before: Mapping[str, float], after: Mapping[str, float], items: int) -> None:
    """What limits it: where the processor time goes."""
    each = {name: (after[name] - before[name]) / items * 1000 for name in before}
    parts = [f"{name} {spent:.1f}" for name, spent in sorted(each.items(), key=lambda one: -one[1])]
    print(f"处理器时间 {sum(each.values()):.0f} 毫秒/件：{'、'.join(parts)}", flush=True)


async def _written(house: House) -> list[str]:
    """The portal's items in the order in which they were written."""
    db = await asyncpg.connect(house.environment("publisher")["GONGKAI_WORKER_DSN"])
    try:
        return [
            row["item_id"]
            for row in await db.fetch("SELECT item_id FROM portal_items ORDER BY sequence")
        ]
    finally:
        await db.close()


def _figure(
    where: str, sent: Mapping[str, float], seen: Mapping[str, float], limit: float
) -> Figure:
    """p99 in milliseconds; a single item that was never seen makes it infinite."""
    delays = [seen.get(id, math.inf) - at for id, at in sent.items()]
    late = math.inf if math.inf in delays else percentile(delays, 99) * 1000
    name = f"批准 → {where}可见，{RATE} 件/秒时 p99（{len(delays)} 件）"
    return Figure(name, late, "毫秒", limit, LIMIT, AIM, lower=True)


def main(seconds: float) -> None:
    story: Story = read_story()
    items = items_of(story, WARM + int(RATE * seconds))
    with inhabited(story) as house:
        with visiting(house, story) as platform:
            released_by_policy(platform, story, items[0].agency)
            began = time.monotonic()
            ready = prepared(house, story, items)
            print(
                f"{len(ready)} 件备好，只差最后一步（{time.monotonic() - began:.0f} 秒）",
                flush=True,
            )
            for who in {last.who for last in ready}:
                platform.find(who, f"{APPROVAL}/tasks")  # signs in
            tokens = platform.tokens
        show(asyncio.run(measure(house, ready, tokens)))


if __name__ == "__main__":
    with stoppable():
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 15)
