"""The third chapter: the office releases, channels deliver, the board is photographed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from deploy.demo.client import Platform
from deploy.demo.story import Item, Story


def tell_all(platform: Platform, story: Story, items: list[Item], today: date) -> Iterator[str]:
    yield from ()
