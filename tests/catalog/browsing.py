"""A browser without JavaScript, and the editor's fields as it would send them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.catalog.conftest import World
from tests.catalog.story import FORM, ITEM, SFJ

FIELDS: dict[str, Any] = {
    "agency": SFJ, "version": "0", "title": FORM["title"], "docNo": FORM["docNo"],
    "body": "各区县司法局：\n现将名册予以公布。", "disclosingBody": "o-sfj-office",
    "affairsType": "GOVERNMENT",
    "category": "ART20-1@gov-art20", "attribute": "PROACTIVE", "durationClass": "IMMEDIATE",
    "legalBasis": "《政府信息公开条例》第二十条", "formedOn": "2026-11-20", "documentKind": "NOTICE",
    "publicChannels": ["WEBSITE", "WECHAT"], "then": "save",
}  # fmt: skip


async def get(world: World, path: str, who: str | None = "p-chen") -> httpx.Response:
    async with world.run.browser(who) as browser:
        return await browser.get(f"/catalog{path}")


async def post(world: World, path: str, who: str = "p-chen", **form: Any) -> httpx.Response:
    files = form.pop("uploads", None)
    async with world.run.browser(who) as browser:
        if files:
            return await browser.post(f"/catalog{path}", data=form, files=files)
        return await browser.post(f"/catalog{path}", data=form)


async def save(world: World, item: str = ITEM, **changes: Any) -> httpx.Response:
    return await post(world, f"/editor/{item}", **(FIELDS | changes))
