"""Releasing, on the real database: by the office or by policy, once, with a number that has no gaps."""

from __future__ import annotations

import asyncio

from services.catalog.policy.files import policy_set
from services.publisher.portal.site import today
from shared.ids import new_id
from tests.approval.story import text
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, INSIDE, ITEM, NEIGHBOUR, OTHER, cleared, public


def number_of(found: dict[str, object]) -> int:
    return int(str(found["indexNo"]).rpartition("-")[2])


async def test_the_office_releases_and_each_channel_has_a_delivery(world: World):
    await world.released(rings=[INSIDE, public("WEBSITE", "NOTICE_BOARD")])
    found = await world.publication()
    assert (found["status"], found["releasedOn"]) == ("RELEASED", today().isoformat())
    planned = [(d["ring"], d["channel"], d["state"], d["due"]) for d in found["deliveries"]]
    assert planned == [
        (0, "INTRANET", "PENDING", True),
        (1, "NOTICE_BOARD", "PENDING", False),
        (1, "WEBSITE", "PENDING", False),
    ]


async def test_policy_releases_without_a_person(world: World):
    await world.approve(release="POLICY")
    assert (await world.publication())["status"] == "RELEASED"
    [scheduled] = await world.facts("publisher.publication-scheduled.v1")
    assert scheduled["releasedBy"] == "service:publisher"


async def test_only_the_office_of_the_items_agency_releases(world: World):
    await world.approve()
    assert (await world.release(person="p-chen")).status_code == 403
    assert (await world.release(person="p-zhao")).status_code == 403
    assert (await world.release(person="p-tang")).status_code == 404
    assert (await world.publication())["status"] == "WAITING"


async def test_a_second_release_is_refused_in_chinese(world: World):
    await world.released()
    again = await world.release()
    assert again.status_code == 409
    assert again.json()["detail"] == "这件信息已经发布，请勿重复操作"


async def test_a_form_sent_twice_is_told_that_it_is_released_already(world: World):
    await world.approve()
    version = (await world.publication())["version"]
    assert (await world.release(expected=version)).status_code == 204
    again = await world.release(expected=version)
    assert (again.status_code, again.json()["type"]) == (
        409,
        "urn:gongkai:problem:already-released",
    )


async def test_of_two_people_who_release_at_once_one_does(world: World):
    await world.run.grant("p-lu", AGENCY, "DISCLOSURE_OFFICE", organ="o-sfj-office")
    await world.approve()
    version = (await world.publication())["version"]
    answers = await asyncio.gather(
        *(world.release(person=who, expected=version) for who in ("p-wang", "p-lu") * 4)
    )
    assert sorted(answer.status_code for answer in answers) == [204, *[409] * 7]
    assert (await world.types()).count("publisher.publication-scheduled.v1") == 1


async def test_a_form_made_before_a_newer_revision_was_approved_releases_nothing(world: World):
    await world.approve()
    version = (await world.publication())["version"]
    await world.approve(text("改过的标题", "<p>改</p>"), revision=2)
    answer = await world.release(expected=version)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "刚刚批准了新的一稿，请核对后再发布"
    assert (await world.publication())["status"] == "WAITING"


async def test_an_older_revision_that_arrives_later_is_put_aside(world: World):
    await world.approve(text("第二稿", "<p>二</p>"), revision=2)
    late = world.run.message(
        "approval.item-approved.v1", cleared(revision=1).wire(), f"review-ITEM-{ITEM}-1", AGENCY
    )
    await world.run.runtime.inbox.receive([late])
    [parked] = await world.run.sql("SELECT kind, reason FROM parked")
    assert (parked["kind"], parked["reason"][:14]) == ("refused", "OlderRevision(")
    assert (await world.publication())["title"] == "第二稿"


async def test_what_is_approved_on_request_only_is_not_published(world: World):
    await world.approve(attribute="ON_REQUEST")
    assert await world.run.sql("SELECT 1 FROM publications") == []


async def test_a_scope_that_the_channel_does_not_suit_is_refused_and_takes_no_number(world: World):
    leak = INSIDE | {"channels": ["INTRANET", "WEBSITE"]}
    await world.approve(rings=[leak])
    answer = await world.release()
    assert answer.status_code == 422
    assert answer.json()["detail"] == "该公开范围不允许使用所选渠道，已拒绝发布"
    await world.released(item=OTHER)
    assert number_of(await world.publication(OTHER)) == 1


async def test_an_item_that_waits_has_no_number_and_leaves_no_gap(world: World):
    ids = [new_id() for _ in range(4)]
    for item in ids:
        await world.approve(item=item)
    assert (await world.publication(ids[0]))["indexNo"] is None
    for item in ids[1:]:
        assert (await world.release(item)).status_code == 204
    year = today().year
    found = [(await world.publication(item))["indexNo"] for item in ids[1:]]
    assert found == [f"330105001/{year}-{n:05d}" for n in (1, 2, 3)]


async def test_numbers_have_no_gaps_when_many_are_released_at_once_and_some_are_refused(
    world: World,
):
    good = [new_id() for _ in range(8)]
    bad = [new_id() for _ in range(4)]
    for item in good:
        await world.approve(item=item)
    for item in bad:
        await world.approve(item=item, rings=[INSIDE | {"channels": ["WEBSITE"]}])
    mixed = [item for pair in zip(good, bad * 2, strict=True) for item in pair]
    answers = await asyncio.gather(*(world.release(item) for item in [*mixed, *good]))
    assert sum(answer.status_code == 204 for answer in answers) == len(good)
    numbers = sorted([number_of(await world.publication(item)) for item in good])
    assert numbers == list(range(1, len(good) + 1))


async def test_each_agency_and_year_counts_for_itself_in_the_form_of_its_rules(world: World):
    rules = policy_set() | {"indexFormat": "{year}年{serial}号-{code}"}
    await world.run.policy(rules, NEIGHBOUR, "7")
    await world.released(item=OTHER)
    await world.approve(agency=NEIGHBOUR, policyAgency=NEIGHBOUR, policyVersion="7")
    assert (await world.release(ITEM, "p-tang")).status_code == 204
    found = await world.get(f"/publications/{ITEM}", "p-tang")
    assert found["indexNo"] == f"{today().year}年1号-330105002"


async def test_the_number_stays_with_the_item_in_its_next_round(world: World):
    await world.published()
    first = (await world.publication())["indexNo"]
    await world.published(text("第二稿", "<p>二</p>"), revision=2)
    found = await world.publication()
    assert (found["round"], found["indexNo"]) == (2, first)
    await world.released(item=OTHER)
    assert number_of(await world.publication(OTHER)) == 2


async def test_a_message_that_comes_twice_opens_one_publication(world: World):
    message = world.run.message(
        "approval.item-approved.v1", cleared().wire(), "review-ITEM-a", AGENCY
    )
    await world.run.receive(message, message)
    assert (await world.types()).count("publisher.publication-opened.v1") == 1
