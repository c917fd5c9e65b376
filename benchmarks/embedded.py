"""Embedded mode: from start to first page, memory when idle, and how long stopping takes.

`python -m benchmarks.embedded [IDLE_SECONDS]`; what has to be fetched is fetched before the clock starts.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.figures import Figure, number, show
from benchmarks.machine import cpu_seconds
from benchmarks.servers import scratch
from deploy.artifacts import prefetch
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from deploy.embedded.records import SUPERVISOR, memory_mb
from deploy.embedded.supervisor import stoppable
from tests.faults.house import House

IDLE = 60.0  # seconds before memory is read
ALONE = "PostgreSQL 与 Kafka 单独"
BROWSER = {"Accept": "text/html"}
LONGEST = 100.0  # seconds a start may take
PAGES = ("/", "/work", "/publisher/search")


@dataclass(frozen=True)
class Bare:
    """What database and broker take without us: seconds to start and to stop, MB when idle."""

    start: float
    memory: float
    stop: float


def bare(folder: Path) -> Bare:
    """New data for both, the same as at the platform's first start."""
    postgres, kafka = Postgres(folder / "postgres"), Kafka(folder / "kafka")
    began = time.monotonic()
    try:
        postgres.start()
        kafka.start()
        started = time.monotonic()
        assert postgres.process
        assert kafka.process
        time.sleep(3)
        memory = sum(memory_mb(process.pid) or 0 for process in (postgres.process, kafka.process))
    finally:
        stopping = time.monotonic()
        kafka.stop()
        postgres.stop()
    return Bare(started - began, memory, time.monotonic() - stopping)


def started(house: House) -> float:
    """Seconds until every service is ready and a page of the portal and of two services was given."""
    began = time.monotonic()
    house.start()
    with httpx.Client(
        base_url=house.home.public_url, headers=BROWSER, trust_env=False, timeout=10
    ) as http:
        for page in PAGES:
            while (answer := http.get(page, follow_redirects=True)).status_code != 200:
                assert time.monotonic() < began + LONGEST, f"{page}：{answer.status_code}"
                time.sleep(0.05)
    return time.monotonic() - began


def stopped(house: House) -> float:
    """Seconds from SIGTERM until no process of the platform is left."""
    rows = house.records.read()
    began = time.monotonic()
    house.stop()
    seconds = time.monotonic() - began
    left = [name for name, row in rows.items() if row.alive()]
    assert not left, f"停止后仍在：{left}"
    return seconds


def idle(house: House, seconds: float) -> float:
    """MB of the whole platform after `seconds` without anybody; says which process has how much."""
    rows = house.records.read()
    spent = cpu_seconds(rows[SUPERVISOR].pid)
    time.sleep(seconds)
    busy = (cpu_seconds(rows[SUPERVISOR].pid) - spent) / seconds
    each = {name: memory_mb(row.pid) or 0 for name, row in rows.items() if name != SUPERVISOR}
    total = memory_mb(rows[SUPERVISOR].pid) or 0  # its children counted in
    each[SUPERVISOR] = total - sum(each.values())
    parts = [f"{name} {used:.0f}" for name, used in sorted(each.items(), key=lambda one: -one[1])]
    print(f"空闲内存 MB：{'、'.join(parts)}；空闲时占用 {number(busy * 100)}% 个核", flush=True)
    return total


def measure(folder: Path, idle_seconds: float) -> list[Figure]:
    floor = bare(folder)
    (folder / "house").mkdir(mode=0o711)
    house = House(folder / "house")
    try:
        first = started(house)
        memory = idle(house, idle_seconds)
        end = stopped(house)
        again = started(house)
    finally:
        house.stop()

    def seconds(name: str, value: float, limit: float, aim: float) -> Figure:
        return Figure(name, value, "秒", limit, ALONE, aim, lower=True)

    return [
        seconds("启动 → 首页（新数据目录）", first, floor.start, 20),
        seconds("启动 → 首页（已有数据）", again, floor.start, 20),
        Figure(
            f"整个平台空闲 {idle_seconds:.0f} 秒后的内存（PSS）", memory, "MB", floor.memory, ALONE, 1200,
            lower=True,
        ),
        seconds("停止（SIGTERM → 无残留进程）", end, floor.stop, 10),
    ]  # fmt: skip


def main(idle_seconds: float) -> None:
    prefetch()
    with scratch() as folder:
        show(measure(folder, idle_seconds))


if __name__ == "__main__":
    with stoppable():
        main(float(sys.argv[1]) if len(sys.argv) > 1 else IDLE)
