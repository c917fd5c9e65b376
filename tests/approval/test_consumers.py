"""What approval hears, what its timers do, and that its tables can be made again."""

from __future__ import annotations

import pytest

from services.approval.consumers import timers
from shared.timers import fire_due
from tests.approval.conftest import World
from tests.approval.story import AGENCY, ITEM, NOTICE, contract, text

MARK = "绝密暗号甲乙丙"


def withdrawal(item: str = ITEM) -> dict[str, object]:
    return contract("catalog.item-withdrawn-by-drafter.v1") | {"itemId": item}


async def withdraw(world: World) -> None:
    message = world.running.message(
        "catalog.item-withdrawn-by-drafter.v1", withdrawal(), f"item-{ITEM}", AGENCY
    )
    await world.running.receive(message)


async def test_a_submission_delivered_three_times_opens_one_review(world: World):
    data = contract("catalog.item-submitted.v1") | {"policyAgency": "national"}
    message = world.running.message("catalog.item-submitted.v1", data, f"item-{ITEM}", AGENCY)
    await world.running.receive(message, message)
    await world.running.receive(message)
    assert await world.types() == ["approval.review-opened.v1"]
    opened = (await world.running.sent())[0]
    assert opened.headers["ce_causationid"] == message.id
    assert opened.correlation == message.correlation
    assert opened.actor == "service:approval"
    assert opened.data.keys() == {"sha256"}


async def test_a_submission_waits_until_its_policy_version_is_here(world: World):
    await world.submit(policyVersion="2027.1")
    parked = await world.running.sql("SELECT kind FROM parked")
    assert [row["kind"] for row in parked] == ["waiting"]
    assert await world.types() == []


async def test_a_withdrawn_revision_leaves_the_list_and_is_no_longer_decided_on(world: World):
    path = await world.submit()
    await withdraw(world)
    answer = await world.act("p-li", path, "pass", version=2)
    assert answer.status_code == 409
    assert "不在审查中" in answer.json()["detail"]
    async with world.running.as_("p-li") as http:
        assert (await http.get("/approval/api/v1/tasks")).json() == {"tasks": []}


async def test_a_withdrawal_after_approval_changes_nothing_and_parks_nothing(world: World):
    await world.approve(await world.submit())
    before = await world.types()
    await withdraw(world)
    assert await world.types() == before


async def test_the_agencys_own_chain_is_used(world: World):
    steps = [
        {"step": "SECRECY", "roles": ["SECRECY_REVIEWER"]},
        {"step": "DEPUTY", "roles": ["DEPUTY_LEADER"]},
        {"step": "LEADER", "roles": ["PRINCIPAL_LEADER"]},
    ]
    chains = {"s3-14": {"steps": steps, "release": "POLICY"}}
    await world.running.policy({"chains": chains}, AGENCY, "2026.2")
    path = await world.submit(policyAgency=AGENCY, policyVersion="2026.2", chain="s3-14")
    for person in ("p-li", "p-qian", "p-zhou"):
        await world.ok(person, path, "pass")
    approved = (await world.running.sent())[-1].data
    assert [d["step"] for d in approved["decisions"]] == ["SECRECY", "DEPUTY", "LEADER"]
    assert approved["release"] == "POLICY"


async def fire(world: World) -> int:
    return await fire_due(world.running.runtime.facts, timers(world.running.runtime.facts))


async def test_after_a_year_the_withheld_item_is_a_task_again_once(world: World):
    path = await world.submit()
    await world.ok("p-li", path, "withhold", ground="C1", reason="涉密", neutralTitle="某事项")
    assert await fire(world) == 0
    await world.running.sql("UPDATE timers SET due = now() - interval '1 minute'")
    assert await fire(world) == 1
    assert await fire(world) == 0
    async with world.running.as_("p-wang") as office:
        tasks = (await office.get("/approval/api/v1/tasks")).json()["tasks"]
        page = await office.get("/approval/withheld", headers={"Accept": "text/html"})
    assert [(t["kind"], t["title"]) for t in tasks] == [
        ("WITHHELD_REVIEW", "不予公开定期评审：某事项")
    ]
    assert "应评审" in page.text
    assert (await world.types())[-1] == "approval.withheld-review-due.v1"


async def many_stories(world: World) -> None:
    """Every kind of fact, and a revision opened twice."""
    ids = [f"{ITEM[:-1]}{n}" for n in range(1, 7)]
    paths = [await world.submit(item=id) for id in ids[:4]]
    await world.approve(paths[0])
    await world.ok("p-li", paths[1], "return", reason="退回理由")
    await world.ok("p-li", paths[2], "withhold", ground="C4", reason="理由")
    await world.ok("p-li", paths[3], "pass", note="同意")
    await world.submit(item=ids[1], revision=1)
    await withdraw(world)
    again = await world.submit(item=ids[4])
    await world.ok("p-li", again, "withhold", ground="C1", reason="理由")
    await world.running.sql(
        "UPDATE timers SET due = now() WHERE id IN (SELECT min(id) FROM timers)"
    )
    assert await fire(world) == 1


async def test_rebuilt_tables_equal_the_live_ones(world: World):
    await many_stories(world)
    live = await world.running.tables()
    assert all(live.values())
    await world.running.rebuild()
    assert await world.running.tables() == live


async def test_rows_of_other_agencies_are_invisible_without_any_filter_of_ours(world: World):
    await many_stories(world)
    tables = ("events", "texts", "timers", "reviews", "review_decisions", "withheld_items")
    async with world.running.runtime.app_pool.acquire() as db:
        for foreign in ("linjiang-jyj", "linjiang", ""):
            for table in tables:
                async with db.transaction():
                    await db.execute("SELECT set_config('gongkai.agencies', $1, true)", foreign)
                    assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        async with db.transaction():
            await db.execute("SELECT set_config('gongkai.agencies', $1, true)", AGENCY)
            assert await db.fetchval("SELECT count(*) FROM reviews") > 0


async def test_nothing_typed_is_found_in_facts_or_messages(world: World):
    ids = [f"{ITEM[:-1]}{n}" for n in range(1, 4)]
    draft = text(f"标题{MARK}", f"<p>正文{MARK}</p>", doc_no=f"文号{MARK}")
    paths = [await world.submit(draft, item=id) for id in ids]
    await world.ok("p-li", paths[0], "pass", note=f"意见{MARK}")
    await world.ok("p-wang", paths[0], "return", reason=f"退回{MARK}")
    form = {"ground": "C4", "reason": f"理由{MARK}", "neutralTitle": f"中性{MARK}"}
    await world.ok("p-li", paths[1], "withhold", **form)
    facts = await world.running.sql("SELECT data::text AS data, message FROM events")
    assert len(facts) > 5
    assert not [row for row in facts if MARK in row["data"] or MARK in row["message"].decode()]
    kept = await world.running.sql("SELECT body FROM texts")
    assert len([row for row in kept if MARK in row["body"]]) == 4


async def test_only_title_and_number_of_an_approved_revision_are_found_in_facts(world: World):
    draft = text(f"标题{MARK}", f"<p>正文{MARK}</p>", doc_no=f"文号{MARK}")
    path = await world.submit(draft)
    for person in ("p-li", "p-wang", "p-zhou"):
        await world.ok(person, path, "pass", note=f"意见{MARK}")
    marked = [m for m in await world.running.sent() if MARK in m.value.decode()]
    assert [m.type for m in marked] == ["approval.item-approved.v1"]
    assert {k for k, v in marked[0].data.items() if MARK in str(v)} == {"title", "docNo"}


async def test_a_text_erased_leaves_the_review_readable(world: World):
    path = await world.submit(NOTICE)
    await world.ok("p-li", path, "pass", note="待删意见")
    async with world.running.runtime.facts.transaction() as db:
        address = await db.fetchval("SELECT text_hash FROM review_decisions")
        await world.running.runtime.texts.erase(db, address)
    async with world.running.browser("p-wang") as browser:
        page = await browser.get(f"/approval/reviews/{ITEM}/1")
    assert page.status_code == 200
    assert "待删意见" not in page.text
    await world.ok("p-wang", path, "pass")


@pytest.mark.parametrize("broken", [{"itemId": None}, {"attribute": "PERHAPS"}])
async def test_a_submission_that_cannot_be_read_is_parked_with_its_reason(
    world: World, broken: dict[str, object]
):
    data = contract("catalog.item-submitted.v1") | {"policyAgency": "national"} | broken
    message = world.running.message("catalog.item-submitted.v1", data, f"item-{ITEM}", AGENCY)
    await world.running.runtime.inbox.receive([message])
    parked = await world.running.sql("SELECT kind FROM parked")
    assert [row["kind"] for row in parked] == ["refused"]
