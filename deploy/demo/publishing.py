"""The third chapter: the office releases, channels deliver, the board is photographed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx

from deploy.demo.client import Platform, StoryStopped
from deploy.demo.photo import board_photo
from deploy.demo.story import Item, Story
from shared.workdays import chinese

PUBLISHER = "/publisher/api/v1"
BY_ITSELF = ("WEBSITE", "INTRANET", "WECHAT")
BOARD = "NOTICE_BOARD"


def tell_all(
    platform: Platform, story: Story, items: list[Item], today: date, sandbox: str | None
) -> Iterator[str]:
    """Release and prove each item; yields its title when its channels are where the story has them."""
    for item in sorted(items, key=lambda item: bool(item.failing)):
        if item.failing and sandbox:
            refuse(sandbox, item.title)
        _tell(platform, story, item, today, failing=item.failing if sandbox else None)
        yield item.title


def refuse(sandbox: str, title: str) -> None:
    """Make the WeChat sandbox refuse this one article, until somebody switches that off."""
    try:
        answer = httpx.post(
            f"{sandbox}/sandbox/faults", json={"refuse": title}, timeout=10, trust_env=False
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise StoryStopped(f"微信沙箱没有响应：{error!r}") from error


def _tell(
    platform: Platform, story: Story, item: Item, today: date, *, failing: str | None
) -> None:
    office = story.holders(item.agency, "DISCLOSURE_OFFICE")[0]
    path = f"{PUBLISHER}/publications/{item.id}"
    found = platform.until(f"《{item.title}》等待发布", lambda: platform.find(office, path))
    if found["status"] == "WAITING":
        body = {"expected": found["version"]}
        platform.do(office, "POST", f"{path}/release", patient=True, json=body)
    _await_channels(platform, office, item, path, failing)
    if item.photo:
        _show_photo(platform, story, office, item, path, today)


def _await_channels(
    platform: Platform, office: str, item: Item, path: str, failing: str | None
) -> None:
    """Website, internal pages and WeChat confirm themselves, or fail where the story says so."""

    def there() -> bool:
        deliveries = platform.do(office, "GET", path)["deliveries"]
        own = [d for d in deliveries if d["channel"] in BY_ITSELF]
        return bool(deliveries) and all(
            d["state"] == ("FAILED" if d["channel"] == failing else "CONFIRMED") for d in own
        )

    platform.until(f"《{item.title}》的渠道回执", there, patience=120)


def _show_photo(
    platform: Platform, story: Story, office: str, item: Item, path: str, today: date
) -> None:
    """Upload the board's photo with today's date, unless it is there already."""
    deliveries: list[dict[str, Any]] = platform.do(office, "GET", path)["deliveries"]
    board = next(d for d in deliveries if d["channel"] == BOARD)
    if board["state"] == "CONFIRMED":
        return
    agency = next(agency.name for agency in story.agencies if agency.id == item.agency)
    photo = board_photo(agency, item.title, chinese(today))
    platform.do(
        office, "POST", f"{PUBLISHER}/deliveries/{board['key']}/confirm",
        data={"occurredOn": today.isoformat()}, files={"file": ("公开栏.png", photo, "image/png")},
    )  # fmt: skip
