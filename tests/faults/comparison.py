"""After the kills: facts, inbox effects, deliveries, posts, portal files and ledger held side by side."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from deploy.embedded.databases import SERVICES
from deploy.embedded.household import ROOT
from tests.faults.house import House

SETTLING = 240.0  # seconds for everything to arrive once nothing is killed any more
# What every item must have led to, once: (service, type, channel).
EFFECTS = (
    ("catalog", "catalog.item-drafted.v1", None),
    ("catalog", "catalog.item-submitted.v1", None),
    ("approval", "approval.item-approved.v1", None),
    ("publisher", "publisher.publication-scheduled.v1", None),
    ("publisher", "publisher.item-published.v1", None),
    ("publisher", "publisher.delivery-confirmed.v1", "WEBSITE"),
    ("publisher", "publisher.delivery-confirmed.v1", "WECHAT"),
    ("publisher", "publisher.publication-completed.v1", None),
)
SAID = (
    "SELECT convert_from(message, 'UTF8')::json->>'itemId' AS item,"
    " convert_from(message, 'UTF8')::json->>'channel' AS channel,"
    " convert_from(message, 'UTF8')::json#>>'{evidence,0,ref}' AS ref FROM events WHERE type = $1"
)


@dataclass(frozen=True)
class Row:
    """One thing compared. `lost` and `doubled` must both be zero."""

    what: str
    expected: int
    found: int
    lost: int
    doubled: int
    note: str = ""

    @property
    def good(self) -> bool:
        return self.lost == self.doubled == 0


def counted(what: str, expected: Iterable[str], found: Iterable[str]) -> Row:
    """Each expected thing must be found exactly once."""
    wanted, there = set(expected), Counter(found)
    lost = sorted(one for one in wanted if one not in there)
    doubled = sorted(one for one, n in there.items() if n > 1)
    note = "、".join([*(f"缺 {x}" for x in lost[:3]), *(f"重 {x}" for x in doubled[:3])])
    total = sum(n for one, n in there.items() if one in wanted)
    return Row(what, len(wanted), total, len(lost), sum(there[x] - 1 for x in doubled), note)


async def compared(house: House, items: Sequence[Any]) -> list[Row]:
    """Every comparison, after everything has settled."""
    stores = {s: await connect(house, s) for s in SERVICES}
    try:
        rows = [await settled(stores)]
        rows += [await _streams(name, db) for name, db in stores.items()]
        rows += [await _effect(stores, items, *effect) for effect in EFFECTS]
        rows += [await _inbox(stores, name) for name in SERVICES]
        rows += [_posts(house, items), await _files(house, stores["publisher"], items)]
        rows += [await _complete(stores), _verified(house)]
        return rows
    finally:
        for db in stores.values():
            await db.close()


async def connect(house: House, service: str) -> Any:
    """A service's database as its worker, who sees every agency."""
    return await asyncpg.connect(house.environment(service)["GONGKAI_WORKER_DSN"])


async def settled(stores: dict[str, Any]) -> Row:
    """Wait until nothing is on its way: outboxes and parked messages empty, inboxes and ledger complete.

    A consumer that was killed last comes back only when the broker has given its session up.
    """
    end = time.monotonic() + SETTLING
    while True:
        waiting = sum([await db.fetchval("SELECT count(*) FROM outbox") for db in stores.values()])
        parked = sum([await db.fetchval("SELECT count(*) FROM parked") for db in stores.values()])
        untaken = sum([(await _inbox(stores, name)).lost for name in SERVICES])
        behind = (await _ledger(stores)).lost
        lost = waiting + parked + untaken + behind
        if not lost or time.monotonic() > end:
            note = f"待发 {waiting}，暂存 {parked}，未收 {untaken}，未入账 {behind}"
            return Row("在途", 0, waiting + parked, lost, 0, note)
        await asyncio.sleep(1)


async def _streams(name: str, db: Any) -> Row:
    """Versions of each stream run from 1 without a gap; each fact has one message."""
    row = await db.fetchrow(
        "SELECT coalesce(sum(top), 0)::int AS expected, coalesce(sum(n), 0)::int AS found FROM"
        " (SELECT max(version) AS top, count(*) AS n FROM events GROUP BY stream) s"
    )
    expected, found = row["expected"], row["found"]
    return Row(f"事实：{name} 各流连续", expected, found, expected - found, 0)


async def _effect(
    stores: dict[str, Any], items: Sequence[Any], service: str, type: str, channel: str | None
) -> Row:
    rows = await stores[service].fetch(SAID, type)
    ours = {item.id for item in items}
    found = [r["item"] for r in rows if r["item"] in ours and channel in (None, r["channel"])]
    return counted(f"{type} {channel or ''}".strip(), ours, found)


async def _inbox(stores: dict[str, Any], consumer: str) -> Row:
    """Of every service it hears, it has taken in every stream to its last version."""
    rows = await stores[consumer].fetch("SELECT stream, version FROM inbox")
    taken = {row["stream"]: row["version"] for row in rows}
    expected = found = 0
    for source, db in stores.items():
        tops = {
            row["stream"]: row["top"]
            for row in await db.fetch(
                "SELECT stream, max(version) AS top FROM events"
                " WHERE type NOT LIKE '%.watermark-stated.v1' GROUP BY stream"
            )
        }
        if source == consumer or not tops.keys() & taken.keys():
            continue
        expected += sum(tops.values())
        found += sum(min(taken.get(stream, 0), top) for stream, top in tops.items())
    return Row(f"收件：{consumer}", expected, found, expected - found, 0)


def _posts(house: House, items: Sequence[Any]) -> Row:
    state = httpx.get(house.home.url_of("wechat") + "/sandbox", timeout=10, trust_env=False).json()
    titles = {item.title for item in items}
    found = [
        article["title"]
        for post in state["posts"]
        for article in post["articles"]
        if not post["rejected"] and article["title"] in titles
    ]
    return counted("微信（沙箱）文章", titles, found)


async def _files(house: House, db: Any, items: Sequence[Any]) -> Row:
    """The page named by the evidence is there, whole, with its title; nothing half written."""
    titles = {item.id: item.title for item in items}
    rows = await db.fetch(SAID, "publisher.delivery-confirmed.v1")
    found = []
    for row in rows:
        if row["channel"] != "WEBSITE" or row["item"] not in titles:
            continue
        path = house.home.portal / str(row["ref"]).split("?")[0].lstrip("/").removeprefix("portal/")
        if path.is_file():
            page = path.read_text("utf-8")
            if titles[row["item"]] in page and page.rstrip().endswith("</html>"):
                found.append(row["item"])
    return counted("网站页面文件", titles, found)


async def _ledger(stores: dict[str, Any]) -> Row:
    """Every fact of every service stands in the ledger exactly once."""
    held = await stores["audit"].fetch("SELECT id FROM ledger_event WHERE position IS NOT NULL")
    wanted: list[str] = []
    for db in stores.values():
        rows = await db.fetch("SELECT stream || ':' || version AS id FROM events")
        wanted += [row["id"] for row in rows]
    return counted("台账条目", wanted, [row["id"] for row in held])


async def _complete(stores: dict[str, Any]) -> Row:
    """A watermark may be on its way at any moment: given a few seconds to arrive."""
    for _ in range(20):
        row = await _ledger(stores)
        if row.good:
            break
        await asyncio.sleep(1)
    return row


def _verified(house: House) -> Row:
    """The verification of the platform itself, with every service's facts."""
    answer = subprocess.run(
        [sys.executable, "-m", "services.audit", "verify", "--facts"],
        cwd=ROOT, env=os.environ | house.environment("audit"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    last = answer.stdout.strip().splitlines()[-1] if answer.stdout.strip() else answer.stderr[-200:]
    differing = [line for line in answer.stdout.splitlines() if line.startswith("差异")]
    return Row("核验", 1, int(answer.returncode == 0), int(answer.returncode != 0), 0,
               "；".join([last, *differing[:2]]))  # fmt: skip
