"""Publisher on the real database, with people, the product's own rules, and others to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.wechat_sandbox.account import Account
from deploy.wechat_sandbox.app import create_app
from services.catalog.policy.files import calendar_years, policy_set
from services.publisher.acts import acts
from services.publisher.delivering import Looks, deliver_due
from services.publisher.jobs import Act
from services.publisher.labels import PAGES
from services.publisher.loops import follow_postings, wechat_of
from services.publisher.main import SERVICE
from services.publisher.portal.site import Site, today
from shared.events import Json
from shared.timers import fire_due
from tests.approval.standin import serving
from tests.kernel import Running, running
from tests.publisher.standin import Others, standing
from tests.publisher.story import AGENCY, ITEM, NEIGHBOUR, NOTICE, PNG, TOP, approval, public

STAFF = {
    "p-chen": (AGENCY, "o-sfj-office", "DRAFTER"),
    "p-wang": (AGENCY, "o-sfj-office", "DISCLOSURE_OFFICE"),
    "p-ma": (AGENCY, "o-sfj-office", "CHANNEL_OPERATOR"),
    "p-dang": (AGENCY, "o-branch-1", "DRAFTER"),
    "p-zhao": (TOP, "o-jiwei", "SUPERVISOR"),
    "p-tang": (NEIGHBOUR, "o-mzj-office", "DISCLOSURE_OFFICE"),
}
API = "/publisher/api/v1"


@dataclass
class World:
    """Publisher and what it talks to, with the words of the story."""

    run: Running
    others: Others
    account: Account
    site: Site
    acts: Mapping[str, Act]

    @property
    def portal(self) -> Path:
        return self.site.folder.root

    async def approve(
        self, text: Json = NOTICE, item: str = ITEM, revision: int = 1, *,
        files: dict[str, bytes] | None = None, agency: str = AGENCY, **changes: Any,
    ) -> str:  # fmt: skip
        """Approval says that a revision may be public; returns its manifest hash."""
        digest = self.others.hold(text, files)
        title, doc_no = text["manifest"]["title"], text["manifest"]["docNo"]
        data = {"rings": [public("WEBSITE")], "itemId": item, "revision": revision, "title": title,
                "docNo": doc_no, "manifestHash": digest, "agency": agency,
                "determinedOn": today().isoformat()} | changes  # fmt: skip
        stream = f"review-ITEM-{item}-{revision}"
        message = self.run.message("approval.item-approved.v1", approval(**data), stream, agency)
        await self.run.receive(message)
        return digest

    async def release(
        self, item: str = ITEM, person: str = "p-wang", expected: int | None = None
    ) -> httpx.Response:
        async with self.run.as_(person) as http:
            body = {"expected": expected}
            return await http.post(f"{API}/publications/{item}/release", json=body)

    async def released(self, text: Json = NOTICE, item: str = ITEM, **changes: Any) -> str:
        """Approved and released, nothing delivered yet."""
        digest = await self.approve(text, item, **changes)
        answer = await self.release(item)
        assert answer.status_code == 204, answer.text
        return digest

    async def deliver(self) -> int:
        """One look of the delivery loop, without waiting for the channels' own time."""
        return await deliver_due(self.run.runtime, self.acts, Looks())

    async def settle(self) -> None:
        """Everything that can be delivered now is, and the lists are written."""
        for _ in range(20):
            if not await self.deliver():
                break
        await follow_postings(self.run.runtime, self.site)
        await self.site.refresh()

    async def published(self, text: Json = NOTICE, item: str = ITEM, **changes: Any) -> str:
        digest = await self.released(text, item, **changes)
        await self.settle()
        return digest

    async def timers(self) -> int:
        return await fire_due(self.run.runtime.facts, SERVICE.timers(self.run.runtime.facts))

    async def confirm(
        self, channel: str = "NOTICE_BOARD", person: str = "p-ma", data: bytes = PNG,
        on: date | None = None, item: str = ITEM, name: str = "公开栏.png",
    ) -> httpx.Response:  # fmt: skip
        key = next(d["key"] for d in await self.deliveries(item) if d["channel"] == channel)
        async with self.run.as_(person) as http:
            return await http.post(
                f"{API}/deliveries/{key}/confirm", files={"file": (name, data)},
                data={"occurredOn": (on or today()).isoformat()},
            )  # fmt: skip

    async def get(self, path: str, person: str = "p-wang") -> Json:
        async with self.run.as_(person) as http:
            answer = await http.get(f"{API}{path}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def publication(self, item: str = ITEM) -> Json:
        return await self.get(f"/publications/{item}")

    async def deliveries(self, item: str = ITEM) -> list[Json]:
        found: list[Json] = (await self.publication(item))["deliveries"]
        return found

    async def states(self, item: str = ITEM) -> dict[str, str]:
        return {d["channel"]: d["state"] for d in await self.deliveries(item)}

    async def code(self, channel: str, item: str = ITEM) -> str | None:
        """Why the channel failed last."""
        found: list[str | None] = [
            d["code"] for d in await self.deliveries(item) if d["channel"] == channel
        ]
        return found[0]

    async def hurry(self) -> None:
        """As if the back-off were over."""
        await self.run.sql("UPDATE deliveries SET next_try = now() WHERE state = 'FAILED'")

    def page(self, url: str) -> str:
        return (self.portal / url.lstrip("/")).read_text("utf-8")

    async def types(self) -> list[str]:
        return [message.type for message in await self.run.sent()]

    async def facts(self, type: str) -> list[Json]:
        """The data of all facts of a type, in order."""
        return [message.data for message in await self.run.sent() if message.type == type]


async def set_up(run: Running) -> None:
    await run.agency(TOP, "临江市政务公开办公室", code="330105000")
    await run.agency(AGENCY, "临江市司法局", parent=TOP)
    await run.agency(NEIGHBOUR, "临江市民政局", parent=TOP, code="330105002")
    await run.organ("o-sfj-office", AGENCY, "办公室")
    await run.organ("o-branch-1", AGENCY, "第一党支部", kind="PARTY_BRANCH")
    for person, (agency, organ, role) in STAFF.items():
        await run.grant(person, agency, role, organ=organ)
    await run.policy(policy_set())
    for year in calendar_years():
        await run.calendar(year.year, year.wire())


@pytest.fixture
async def world(postgres: Any, tmp_path: Path) -> AsyncIterator[World]:
    account = Account(tmp_path / "account.json")
    async with standing() as others, serving(create_app(account)) as wechat:
        settings = {
            "catalog_url": others.url, "feedback_url": others.url, "wechat_url": wechat,
            "token_url": f"{others.url}/signin/token",
        }  # fmt: skip
        async with running(SERVICE, postgres, settings=settings) as run:
            await set_up(run)
            client = wechat_of(run.runtime)
            assert client is not None
            site = Site(run.runtime, PAGES)
            yield World(run, others, account, site, acts(run.runtime, site, client))
            await client.close()
