"""Looking from outside, as citizens do, for when each item becomes visible on each channel."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.wire import Wires

ITEM = re.compile(r"/i/([0-9a-f-]{36})\.html")
NUMBER = re.compile(r"（测速之(\d+)）")
LOOK = 0.01  # seconds between looks at files
ASK = 0.1  # seconds between questions to WeChat
SCREEN = 0.2  # seconds between looks at the screen


@dataclass
class Sightings:
    """When each item was first seen, by item id, on `time.perf_counter`'s clock."""

    edge: Wires
    wechat: Wires
    portal: Path
    agency: str
    numbers: dict[int, str]  # of each title's number the item's id
    website: dict[str, float] = field(default_factory=dict)
    listed: dict[str, float] = field(default_factory=dict)
    articles: dict[str, float] = field(default_factory=dict)
    board: list[tuple[float, str]] = field(default_factory=list)  # what it showed when asked

    def watchers(self) -> Sequence[Coroutine[Any, Any, None]]:
        return self._pages(), self._lists(), self._account(), self._kiosk()

    async def _pages(self) -> None:
        """A page counts when the edge has given it to us whole."""
        folder, last = self.portal / f"a/{self.agency}/i", 0
        while True:
            changed = folder.stat().st_mtime_ns if folder.exists() else 0
            if changed != last:
                last = changed
                there = {name[:-5] for name in os.listdir(folder) if name.endswith(".html")}
                for id in there - self.website.keys():
                    page = await self.edge.get(f"/a/{self.agency}/i/{id}.html")
                    assert page.status == 200
                    assert page.text.rstrip().endswith("</html>")
                    self.website[id] = time.perf_counter()
            await asyncio.sleep(LOOK)

    async def _lists(self) -> None:
        """The agency's feed is written together with its lists and names the newest thirty."""
        feed, last = self.portal / f"a/{self.agency}/feed.xml", 0
        while True:
            changed = feed.stat().st_mtime_ns if feed.exists() else 0
            if changed != last:
                last = changed
                for id in ITEM.findall(feed.read_text("utf-8")):
                    self.listed.setdefault(id, time.perf_counter())
            await asyncio.sleep(LOOK)

    async def _account(self) -> None:
        """The sandbox's list of published articles, as any client of the account may read it."""
        token = (await self.wechat.post("/cgi-bin/stable_token", {})).json()["access_token"]
        seen = 0
        while True:
            answer = await self.wechat.post(
                f"/cgi-bin/freepublish/batchget?access_token={token}",
                {"offset": seen, "count": 20, "no_content": 1},
            )
            for article in answer.json()["item"]:
                self._article(article["content"]["news_item"][0]["title"])
                seen += 1
            await asyncio.sleep(ASK)

    def _article(self, title: str) -> None:
        if found := NUMBER.search(title):
            self.articles[self.numbers[int(found[1])]] = time.perf_counter()

    async def _kiosk(self) -> None:
        """The screen shows one item at a time, here always the newest."""
        while True:
            page = await self.edge.get(f"/kiosk/{self.agency}?page=0")
            if found := NUMBER.search(page.text):
                self.board.append((time.perf_counter(), self.numbers[int(found[1])]))
            await asyncio.sleep(SCREEN)

    def shown(self, order: Sequence[str]) -> dict[str, float]:
        """When each item was on the board: at the latest when a newer one was. `order`: oldest first."""
        place = {id: n for n, id in enumerate(order)}
        seen: dict[str, float] = {}
        for at, newest in self.board:
            for id in order[: place[newest] + 1]:
                seen.setdefault(id, at)
        return seen
