"""Approval and the real catalog, over real HTTP and with each other's real messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from services.approval.main import SERVICE
from services.catalog.main import SERVICE as CATALOG
from services.catalog.policy import files
from shared.events import Json
from tests.approval.conftest import STAFF
from tests.approval.standin import serving, standing
from tests.approval.story import AGENCY, ITEM
from tests.kernel import Running, running

DRAFT: Json = {
    "agency": AGENCY, "title": "关于公布法律援助机构名册的通知", "docNo": "临司〔2026〕12号",
    "body": "<p>现将名册予以公布。</p><script>x()</script>", "disclosingBody": "o-office",
    "category": "ART20-1@gov-art20", "formedOn": "2026-11-02", "legalBasis": "条例第二十条",
    "documentKind": "NOTICE",
    "rings": [{"scope": "PUBLIC", "channels": ["WEBSITE", "NOTICE_BOARD"]}],
}  # fmt: skip
PATH = f"/approval/api/v1/reviews/{ITEM}/1"


@dataclass
class Pair:
    """Both services; `pass_on` carries what one said to the other."""

    catalog: Running
    approval: Running

    async def draft_and_submit(self, **changes: Any) -> None:
        async with self.catalog.as_("p-chen") as drafter:
            put = await drafter.put(f"/catalog/api/v1/items/{ITEM}", json=DRAFT | changes)
            assert put.status_code == 200, put.text
            sent = await drafter.post(f"/catalog/api/v1/items/{ITEM}/submit", json={})
            assert sent.status_code == 204, sent.text
        await self.pass_on(self.catalog, self.approval)

    async def pass_on(self, one: Running, other: Running) -> None:
        await other.receive(*await one.sent())

    async def decide(self, person: str, act: str, **form: str) -> Json:
        async with self.approval.as_(person) as http:
            seen = (await http.get(PATH)).json()
            body = {"version": seen["version"], "manifestHash": seen["manifestHash"], **form}
            answer = await http.post(f"{PATH}/{act}", json=body)
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()
        return data

    async def page(self, person: str) -> str:
        async with self.approval.browser(person) as browser:
            return (await browser.get(f"/approval/reviews/{ITEM}/1")).text


@pytest.fixture
async def pair(postgres: Any) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        issuer = await stack.enter_async_context(standing())
        catalog = await stack.enter_async_context(running(CATALOG, postgres))
        url = await stack.enter_async_context(serving(catalog.app))
        settings = {"catalog_url": url, "token_url": f"{issuer.url}/signin/token"}
        approval = await stack.enter_async_context(running(SERVICE, postgres, settings=settings))
        for run in (catalog, approval):
            await run.agency(AGENCY, "临江市司法局")
            await run.organ("o-office", AGENCY, "办公室")
            for person, (role, position) in STAFF.items():
                await run.grant(person, AGENCY, role, position=position)
            await run.policy(files.policy_set("bureau-justice"), AGENCY, "2026.1")
            for year in files.calendar_years():
                await run.calendar(year.year, year.wire())
        yield Pair(catalog, approval)


async def test_what_was_drafted_is_what_is_reviewed_and_approved(pair: Pair):
    await pair.draft_and_submit()
    page = await pair.page("p-li")
    assert "现将名册予以公布" in page
    assert "x()" not in page
    assert "行政法规、规章和规范性文件" in page
    assert "期限如何算出" in page
    for person in ("p-li", "p-wang", "p-zhou"):
        seen = await pair.decide(person, "pass")
    assert seen["status"] == "APPROVED"
    approved = (await pair.approval.sent())[-1].data
    assert (approved["title"], approved["docNo"]) == (DRAFT["title"], DRAFT["docNo"])
    assert approved["rings"][0]["leadChannel"] == "WEBSITE"
    assert approved["release"] == "OFFICE"


async def test_a_state_secret_is_gone_from_catalog_and_the_page_says_so(pair: Pair):
    await pair.draft_and_submit()
    await pair.decide("p-li", "withhold", ground="C1", reason="见密级建议", neutralTitle="某事项")
    await pair.pass_on(pair.approval, pair.catalog)
    page = await pair.page("p-wang")
    assert "可能已按规定销毁" in page
    assert "现将名册" not in page


async def test_a_returned_item_comes_back_as_a_second_revision(pair: Pair):
    await pair.draft_and_submit()
    await pair.decide("p-li", "return", reason="数目有误")
    await pair.pass_on(pair.approval, pair.catalog)
    async with pair.catalog.as_("p-chen") as drafter:
        item = f"/catalog/api/v1/items/{ITEM}"
        version = (await drafter.get(item)).json()["version"]
        changed = DRAFT | {"body": "<p>现将十二家机构名册予以公布。</p>"}
        put = await drafter.put(item, params={"expected": version}, json=changed)
        assert put.json()["revision"] == 2, put.text
        assert (await drafter.post(f"{item}/submit", json={})).status_code == 204
    await pair.pass_on(pair.catalog, pair.approval)
    async with pair.approval.browser("p-li") as browser:
        page = (await browser.get(f"/approval/reviews/{ITEM}/2")).text
    assert "<del>现将名册予以公布。</del>" in page
    assert "<ins>现将十二家机构名册予以公布。</ins>" in page


@pytest.mark.parametrize(
    ("overlay", "steps"),
    [
        ("bureau-justice", ["SECRECY", "OFFICE", "LEADER"]),
        ("bureau-civil", ["SECRECY", "DEPUTY", "LEADER"]),
    ],
)
async def test_the_chains_that_come_with_the_product_are_the_two_demanded(
    pair: Pair, overlay: str, steps: list[str]
):
    await pair.approval.policy(files.policy_set(overlay), AGENCY, "2026.9")
    await pair.catalog.policy(files.policy_set(overlay), AGENCY, "2026.9")
    await pair.draft_and_submit()
    async with pair.approval.as_("p-li") as http:
        seen = (await http.get(PATH)).json()
    assert [step["step"] for step in seen["steps"]] == steps
