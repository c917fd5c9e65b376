"""Portal pages through the edge under load, beside a bare file server over the same files.

`python -m benchmarks.portal [SECONDS]` starts a whole platform of its own; everything stays on this machine.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, percentile, show
from benchmarks.wire import get, wires
from deploy.demo.story import Story, read_story
from deploy.embedded.processes import end, free_port, listens, spawn, wait_until
from deploy.embedded.supervisor import stoppable
from tests.faults.house import House
from tests.faults.inhabited import inhabited
from tests.faults.walk import Walk, items_of

ITEMS = 12
VISITORS = 16  # connections, each asking for the next page as soon as it has one
ROUNDS = 2
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
SHARE = 0.5  # of what the bare server does
LIMIT = "同一程序，不加任何配置"


@dataclass(frozen=True)
class Load:
    """What came back: pages a second, milliseconds at p99, mean bytes of a page on the wire."""

    rate: float
    p99: float
    size: float


async def load(origin: str, paths: Sequence[str], headers: dict[str, str], seconds: float) -> Load:
    """Every visitor reads on until the time is up. Anything but a page is an error."""
    requests = [get(origin, path, headers) for path in paths]
    end = time.perf_counter() + seconds
    taken: list[float] = []
    size = 0

    async def visitor(number: int) -> None:
        nonlocal size
        chance = random.Random(number)
        while (now := time.perf_counter()) < end:
            answer = await some.ask(chance.choice(requests))
            assert answer.status == 200, answer.head
            taken.append(time.perf_counter() - now)
            size += len(answer.body)

    async with wires(origin) as some:
        began = time.perf_counter()
        await asyncio.gather(*(visitor(number) for number in range(VISITORS)))
        rate = len(taken) / (time.perf_counter() - began)
    return Load(rate, percentile(taken, 99) * 1000, size / len(taken))


@contextmanager
def file_server(root: Path) -> Iterator[str]:
    """The same server program as the edge, with nothing configured; its address."""
    port = free_port()
    caddy = str(Path(sys.executable).with_name("caddy"))
    log = root.parent / "logs/bare.log"
    command = [caddy, "file-server", "--root", str(root), "--listen", f"127.0.0.1:{port}"]
    process = spawn(command, log)
    try:
        wait_until(lambda: listens(port), process, "caddy", log, 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process, signal.SIGTERM, 5)


def published(house: House, story: Story) -> list[str]:
    """Items drafted, reviewed, released; the paths of what citizens read most."""
    items = items_of(story, ITEMS, 1)
    walk = Walk(house, story, items, allowed=ITEMS)
    walk.run()
    assert not walk.failed, walk.failed
    time.sleep(2)  # for the lists
    agencies = sorted({item.agency for item in items})
    lists = ["/", *(f"/a/{agency}/" for agency in agencies)]
    return lists + [f"/a/{item.agency}/i/{item.id}.html" for item in items]


async def measure(edge: str, bare: str, paths: Sequence[str], seconds: float) -> list[Figure]:
    """In turns, so that a disturbance of the machine meets all; the best round of each counts."""
    best: dict[tuple[str, bool], Load] = {}
    for _ in range(ROUNDS):
        for origin in (bare, edge):
            for packed in (False, True):
                one = await load(origin, paths, BROWSER if packed else {}, seconds)
                before = best.get((origin, packed))
                if before is None or one.rate > before.rate:
                    best[origin, packed] = one
    sizes = [best[edge, packed].size / 1000 for packed in (False, True)]
    print(f"平均每页 {sizes[0]:.1f} KB，压缩后 {sizes[1]:.1f} KB，{VISITORS} 个连接", flush=True)
    return [
        *_figures("门户网页", best[edge, False], best[bare, False]),
        *_figures("门户网页，压缩传输", best[edge, True], best[bare, True]),
    ]


def _figures(name: str, ours: Load, bare: Load) -> Iterator[Figure]:
    """Against the same server with nothing configured: what our headers and routes cost."""
    yield Figure(name, ours.rate, "页/秒", bare.rate, LIMIT, SHARE * bare.rate)
    yield Figure(
        f"{name}，满负荷 p99", ours.p99, "毫秒", bare.p99, LIMIT, bare.p99 / SHARE, lower=True
    )


def main(seconds: float) -> None:
    story = read_story()
    with inhabited(story) as house:
        paths = published(house, story)
        with file_server(house.home.portal) as bare:
            show(asyncio.run(measure(house.home.public_url, bare, paths, seconds)))


if __name__ == "__main__":
    with stoppable():
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 3)
