"""A review through HTTP, on the real database."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from tests.approval.conftest import World
from tests.approval.story import ITEM, NOTICE, contract, text

pytestmark = pytest.mark.usefixtures("postgres")


async def test_three_people_pass_and_the_item_is_approved(world: World):
    path = await world.submit()
    await world.approve(path)
    async with world.running.as_("p-chen") as drafter:
        seen = (await drafter.get(path)).json()
    assert seen["status"] == "APPROVED"
    assert [d["person"] for d in seen["decisions"]] == ["p-li", "p-wang", "p-zhou"]
    approved = (await world.running.sent())[-1]
    assert approved.type == "approval.item-approved.v1"
    assert approved.data["title"] == NOTICE["manifest"]["title"]
    assert approved.data["manifestHash"] == world.hash


async def test_what_leaves_at_approval_has_exactly_the_agreed_fields(world: World):
    await world.approve(await world.submit())
    approved = (await world.running.sent())[-1].data
    agreed = contract("approval.item-approved.v1")
    assert approved.keys() == agreed.keys()
    assert [d.keys() for d in approved["decisions"]] == [d.keys() for d in agreed["decisions"]]


async def test_a_return_sends_the_reason_as_hash_and_closes_the_review(world: World):
    path = await world.submit()
    await world.ok("p-li", path, "pass", note="已核")
    seen = await world.ok("p-wang", path, "return", reason="附件缺少盖章页")
    assert seen["status"] == "RETURNED"
    returned = (await world.running.sent())[-1]
    assert returned.data["reasonHash"].startswith("t1:")
    assert "盖章" not in returned.value.decode()


async def test_withholding_registers_the_record_in_the_same_transaction(world: World):
    path = await world.submit()
    await world.ok("p-li", path, "withhold", ground="C1", reason="涉密", neutralTitle="某事项")
    assert (await world.types())[1:] == [
        "approval.item-withheld.v1",
        "approval.withheld-registered.v1",
    ]
    withheld, registered = (await world.running.sent())[1:]
    assert withheld.data["destroyText"] is True
    assert withheld.data["withheldId"] == registered.data["withheldId"]
    on = date.fromisoformat(registered.data["registeredOn"])
    assert date.fromisoformat(registered.data["reviewBy"]).year == on.year + 1
    async with world.running.as_("p-wang") as office:
        register = (await office.get("/approval/api/v1/withheld")).json()["withheld"]
    assert (register[0]["neutralTitle"], register[0]["reason"]) == ("某事项", "涉密")


async def test_of_two_people_deciding_at_once_one_wins_and_the_other_is_told(world: World):
    await world.running.grant("p-fang", "linjiang-sfj", "SECRECY_REVIEWER", organ="o-2")
    for n in range(5):
        path = await world.submit(item=f"{ITEM[:-1]}{n}")
        answers = await asyncio.gather(
            world.act("p-li", path, "pass", version=1),
            world.act("p-fang", path, "withhold", version=1, ground="C4", reason="涉及第三方"),
        )
        assert sorted(a.status_code for a in answers) == [200, 409]
        loser = next(a.json() for a in answers if a.status_code == 409)
        assert "他人办理" in loser["detail"]
        assert loser["current"]["version"] > 1


async def test_the_same_decision_sent_twice_counts_once(world: World):
    path = await world.submit()
    first, second = [await world.act("p-li", path, "pass", version=1) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 409)
    assert "无需重复提交" in second.json()["detail"]
    assert (await world.types()).count("approval.review-step-passed.v1") == 1


@pytest.mark.parametrize(
    ("person", "status", "words"),
    [
        ("p-chen", 403, "拟稿人"),
        ("p-wang", 403, "保密审查"),
        ("p-other", 404, "没有"),
        ("p-zhao", 403, "职责"),
    ],
)
async def test_wrong_people_are_refused_in_chinese(
    world: World, person: str, status: int, words: str
):
    path = await world.submit()
    answer = await world.act(person, path, "pass", version=1)
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert await world.types() == ["approval.review-opened.v1"]


async def test_nobody_decides_twice_on_a_revision(world: World):
    await world.running.grant("p-li", "linjiang-sfj", "DISCLOSURE_OFFICE", organ="o-2")
    path = await world.submit()
    await world.ok("p-li", path, "pass")
    again = await world.act("p-li", path, "pass")
    assert again.status_code == 403
    assert "不同人员" in again.json()["detail"]


async def test_a_decision_on_another_text_is_refused(world: World):
    path = await world.submit()
    answer = await world.act("p-li", path, "pass", manifestHash="0" * 64)
    assert answer.status_code == 409
    assert answer.json()["field"] == "manifestHash"


async def test_a_missing_reason_and_a_wrong_ground_name_their_field(world: World):
    path = await world.submit()
    reason = await world.act("p-li", path, "return", reason="  ")
    assert (reason.status_code, reason.json()["field"]) == (422, "reason")
    ground = await world.act("p-li", path, "withhold", ground="C9", reason="理由")
    assert (ground.status_code, ground.json()["field"]) == (422, "ground")
    mode = await world.act("p-li", path, "withhold", ground="C4", reason="理由", mode="SOMETIMES")
    assert (mode.status_code, mode.json()["field"]) == (422, "mode")


async def test_a_reason_of_ten_megabytes_or_with_odd_bytes_does_no_harm(world: World):
    path = await world.submit()
    long = await world.act("p-li", path, "return", reason="长" * 10_000_000)
    assert (long.status_code, long.json()["field"]) == (422, "reason")
    assert "精简" in long.json()["detail"]
    await world.ok("p-li", path, "return", reason="有\x00误<script>")


async def test_without_catalog_nothing_is_passed_and_nothing_is_lost(world: World):
    path = await world.submit()
    world.catalog.down = True
    answer = await world.act("p-li", path, "pass", version=1)
    assert answer.status_code == 503
    assert "信息目录" in answer.json()["detail"]
    world.catalog.down = False
    await world.ok("p-li", path, "pass")


async def test_a_text_that_is_not_what_the_hash_promises_stops_the_review(world: World):
    path = await world.submit()
    world.catalog.contents[world.hash] = text("另一标题", "<p>另一正文</p>")
    answer = await world.act("p-li", path, "pass", version=1)
    assert answer.status_code == 409
    assert "指纹不符" in answer.json()["detail"]


async def test_tasks_are_those_the_person_may_decide_now(world: World):
    path = await world.submit()

    async def tasks(person: str) -> list[str]:
        async with world.running.as_(person) as http:
            return [t["title"] for t in (await http.get("/approval/api/v1/tasks")).json()["tasks"]]

    title = NOTICE["manifest"]["title"]
    assert await tasks("p-li") == [f"保密审查：{title}"]
    assert await tasks("p-wang") == await tasks("p-other") == await tasks("p-chen") == []
    await world.ok("p-li", path, "pass")
    assert await tasks("p-li") == []
    assert await tasks("p-wang") == [f"公开办审核：{title}"]
    world.catalog.down = True
    assert await tasks("p-wang") == ["公开办审核：（标题暂时无法取得）"]


async def test_catalog_is_asked_with_the_services_own_token(world: World):
    path = await world.submit()
    await world.ok("p-li", path, "pass")
    assert all("Bearer" in asked for asked in world.catalog.asked if asked)
