"""Requests: who may ask, what a refusal looks like, and where a form must come from."""

from __future__ import annotations

import httpx
import pytest

from tests.kernel import ORIGIN, running, token
from tests.shared.sample import sample


@pytest.fixture
async def one(postgres):
    async with running(sample(), postgres) as service:
        await service.agency("a", "甲局")
        await service.agency("b", "乙局")
        await service.grant("p-1", "a", "DRAFTER")
        yield service


def problem(response: httpx.Response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict = response.json()
    return body


async def test_a_drafter_opens_a_counter_for_her_own_agency(one):
    response = await one.as_("p-1").put(
        "/catalog/api/v1/counters/x", params={"name": "甲", "agency": "a"}
    )
    assert response.status_code == 201
    assert (await one.sent())[0].actor == "p-1"
    assert (await one.sent())[0].correlation == response.headers["x-correlation-id"]


async def test_nobody_acts_for_an_agency_without_a_role_there(one):
    response = await one.as_("p-1").put(
        "/catalog/api/v1/counters/x", params={"name": "甲", "agency": "b"}
    )
    assert problem(response, 403)["type"] == "urn:gongkai:problem:not-yours"
    assert await one.sent() == []


async def test_a_refusal_is_a_problem_in_chinese(one):
    client, params = one.as_("p-1"), {"name": "甲", "agency": "a"}
    await client.put("/catalog/api/v1/counters/x", params=params)
    answer = problem(await client.put("/catalog/api/v1/counters/x", params=params), 409)
    assert answer["detail"] == "计数器已存在"


async def test_a_missing_field_is_named(one):
    response = await one.as_("p-1").put("/catalog/api/v1/counters/x", params={"agency": "a"})
    answer = problem(response, 422)
    assert (answer["field"], answer["detail"]) == ("name", "请填写「name」")


async def test_a_stale_form_is_told_so_and_nothing_is_written(one):
    client = one.as_("p-1")
    await client.put("/catalog/api/v1/counters/x", params={"name": "甲", "agency": "a"})
    await client.post("/catalog/api/v1/counters/x/add", params={"by": 1, "agency": "a"})
    response = await client.post(
        "/catalog/api/v1/counters/x/add", params={"by": 1, "agency": "a", "expected": 1}
    )
    assert problem(response, 409)["current"] == 2
    assert len(await one.sent()) == 2


@pytest.mark.parametrize("bad", ["nonsense", "", "expired"])
async def test_without_a_valid_token_programs_get_401(one, bad):
    value = token("p-1", seconds=-10) if bad == "expired" else bad
    response = await one.http.get(
        "/catalog/page", headers={"Authorization": f"Bearer {value}"} if value else {}
    )
    assert problem(response, 401)["title"] == "请先登录"


async def test_people_without_a_token_are_sent_to_sign_in_and_come_back(one):
    response = await one.browser().get("/catalog/page?x=1")
    assert response.status_code == 303
    assert response.headers["location"] == "/signin/?next=/catalog/page%3Fx%3D1"


@pytest.mark.parametrize("origin", ["http://evil.test", "null", None])
async def test_a_form_from_another_site_is_refused(one, origin):
    headers = {"Cookie": f"gongkai_token={token('p-1')}"}
    if origin:
        headers["Origin"] = origin
    response = await one.http.post("/catalog/api/v1/counters/x/add?by=1&agency=a", headers=headers)
    assert problem(response, 403)["type"] == "urn:gongkai:problem:cross-site"


async def test_the_same_form_from_our_own_page_is_taken(one):
    await one.as_("p-1").put("/catalog/api/v1/counters/x", params={"name": "甲", "agency": "a"})
    headers = {"Cookie": f"gongkai_token={token('p-1')}", "Origin": ORIGIN}
    response = await one.http.post("/catalog/api/v1/counters/x/add?by=1&agency=a", headers=headers)
    assert response.status_code == 204


async def test_a_supervisor_sees_the_agencies_below_and_no_others(one):
    await one.agency("top", "上级")
    await one.agency("low", "下级", parent="top")
    await one.grant("p-9", "top", "SUPERVISOR")
    await one.grant("p-8", "top", "DRAFTER")
    for key, agency in (("l", "low"), ("b", "b")):
        await one.grant("p-2", agency, "DRAFTER", organ=f"o-{agency}")
        await one.as_("p-2").put(
            f"/catalog/api/v1/counters/{key}", params={"name": "甲", "agency": agency}
        )
    from shared.db import scoped

    for person, seen in (("p-9", {"low"}), ("p-8", set())):
        async with one.runtime.app_pool.acquire() as db:
            from datetime import date

            from shared import directory

            held = await directory.grants(db, person, date(2026, 11, 23))
            agencies = (
                await directory.subtree(db, "top") if held[0].role == "SUPERVISOR" else ("top",)
            )
        async with scoped(one.runtime.app_pool, agencies, write=False) as db:
            assert {row["agency"] for row in await db.fetch("SELECT agency FROM counters")} == seen


async def test_facts_by_id_and_hash_are_for_services_only(one):
    await one.as_("p-1").put("/catalog/api/v1/counters/x", params={"name": "甲", "agency": "a"})
    assert (await one.as_("p-1").get("/catalog/api/v1/facts")).status_code == 403
    facts = (await one.as_("service:audit").get("/catalog/api/v1/facts")).json()["facts"]
    assert [fact["id"] for fact in facts] == ["counter-x:1"]
