"""Drafting, revising, submitting, withdrawing and following an item, through HTTP on the real database."""

from __future__ import annotations

import asyncio
from hashlib import sha256

import orjson
import pytest

from services.catalog.uploads import erase_pending
from tests.catalog.conftest import World
from tests.catalog.story import ITEM, MZJ, SFJ, contract, form

SERVICE = "service:publisher"


async def test_a_draft_is_submitted_withdrawn_revised_and_submitted_again(world: World):
    await world.draft()
    await world.submit()
    await world.ok("p-chen", "POST", f"/items/{ITEM}/withdraw", json={})
    now = await world.item()
    await world.ok(
        "p-chen", "PUT", f"/items/{ITEM}?expected={now['version']}", json=form(title="新")
    )
    await world.submit()
    assert (await world.item())["title"] == "新"
    assert await world.types() == [
        "item-drafted", "item-submitted", "item-withdrawn-by-drafter", "item-revised", "item-submitted",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["item-drafted", "item-revised", "item-submitted"])
async def test_what_leaves_has_exactly_the_agreed_fields(world: World, name: str):
    await world.draft()
    await world.ok("p-chen", "PUT", f"/items/{ITEM}?expected=1", json=form(title="改"))
    await world.submit()
    sent = [m.data for m in await world.run.sent() if m.type == f"catalog.{name}.v1"]
    agreed = contract(f"catalog.{name}.v1")
    assert sent[0].keys() == agreed.keys()
    assert sent[0]["duty"].keys() == agreed["duty"].keys()
    assert [r.keys() for r in sent[0]["rings"]] == [r.keys() for r in agreed["rings"]]
    assert sent[0]["publishBy"]["due"] == agreed["publishBy"]["due"]


async def test_reference_data_and_withdrawal_leave_with_the_agreed_fields(world: World):
    await world.draft()
    await world.submit()
    await world.ok("p-chen", "POST", f"/items/{ITEM}/withdraw", json={})
    names = {m.type: m.data for m in await world.run.sent()}
    for name in ("agency-registered", "organ-established", "office-holder-changed",
                 "policy-set-activated", "calendar-published", "item-withdrawn-by-drafter"):  # fmt: skip
        assert names[f"catalog.{name}.v1"].keys() == contract(f"catalog.{name}.v1").keys(), name


async def test_a_draft_names_the_position_held_in_the_disclosing_body(world: World):
    post = {"agencyId": SFJ, "organId": "o-branch-1", "position": "宣传委员", "roles": ["DRAFTER"],
            "since": "2020-01-01"}  # fmt: skip
    await world.ok("p-admin", "POST", "/people/p-chen/appointments", json=post)
    await world.draft(disclosingBody="o-branch-1")
    await world.draft(item="of-the-office")
    said = [m.data for m in await world.run.sent() if m.type == "catalog.item-drafted.v1"]
    assert [data["position"] for data in said] == ["宣传委员", "科员"]


async def test_the_text_is_served_by_hash_to_services_once_it_was_submitted(world: World):
    made = await world.draft()
    path = f"/contents/{made['manifestHash']}"
    await world.refused(404, SERVICE, "GET", path)
    await world.submit()
    answer = await world.ok(SERVICE, "GET", path)
    canonical = orjson.dumps(answer["manifest"], option=orjson.OPT_SORT_KEYS)
    assert sha256(canonical).hexdigest() == made["manifestHash"]
    (part,) = answer["manifest"]["parts"]
    body = answer["parts"][part["sha256"]]["text"].encode()
    assert (sha256(body).hexdigest(), len(body)) == (part["sha256"], part["length"])
    await world.refused(403, "p-chen", "GET", path)


async def test_an_attachment_goes_with_the_manifest(world: World):
    files = {"file": ("名册.pdf", b"%PDF-1.7 synthetic")}
    sent = await world.ok("p-chen", "POST", f"/files?agency={SFJ}", files=files)
    made = await world.draft(files=[sent])
    await world.submit()
    path = f"/contents/{made['manifestHash']}/blobs/{sent['sha256']}"
    answer = await world.ask(SERVICE, "GET", path)
    assert answer.content == b"%PDF-1.7 synthetic"
    await world.refused(404, SERVICE, "GET", path[:-4] + "0000")


async def test_a_stale_form_gets_both_texts(world: World):
    await world.draft()
    await world.ok("p-chen", "PUT", f"/items/{ITEM}?expected=1", json=form(body="先到的改动"))
    late = form(body="后到的改动")
    problem = await world.refused(409, "p-chen", "PUT", f"/items/{ITEM}?expected=1", json=late)
    assert problem["type"].endswith(":stale")
    assert "先到的改动" in problem["current"]["body"]
    assert "后到的改动" in problem["yours"]["body"]
    assert problem["version"] == 2


async def test_of_two_people_saving_at_once_one_is_told(world: World):
    await world.draft()
    path = f"/items/{ITEM}?expected=1"
    answers = await asyncio.gather(
        *(world.ask("p-chen", "PUT", path, json=form(body=f"第{n}份")) for n in range(4))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert set(codes[1:]) <= {409, 503}


async def test_following_approval_and_publisher_until_all_is_public(world: World):
    await world.draft()
    await world.submit()
    await world.hears("approval.item-approved.v1")
    assert (await world.item())["status"] == "APPROVED"
    await world.hears("publisher.item-published.v1", ring=0)
    await world.hears("publisher.item-published.v1", ring=1)
    assert (await world.item())["status"] == "PUBLISHED"
    await world.hears("publisher.publication-completed.v1")
    assert (await world.item())["status"] == "COMPLETED"


async def test_approval_starts_the_bureaus_own_clock(world: World):
    body = {"effectiveFrom": "2024-01-01", "overlay": "bureau-justice"}
    await world.ok("p-admin", "PUT", f"/policies/{SFJ}/2026.1", json=body)
    made = await world.draft()
    assert made["publishBy"]["due"] == "2026-12-18"
    await world.submit()
    await world.hears("approval.item-approved.v1", determinedOn="2026-11-23")
    rule = (await world.item())["publishBy"]
    assert (rule["due"], rule["rule"]["id"]) == ("2026-11-30", "S2-29")
    assert (await world.types())[-1] == "obligation-rescheduled"


async def test_a_returned_item_is_a_task_of_its_drafter(world: World):
    await world.draft()
    await world.submit()
    assert (await world.ok("p-chen", "GET", "/tasks"))["tasks"] == []
    await world.hears("approval.item-returned.v1")
    (task,) = (await world.ok("p-chen", "GET", "/tasks"))["tasks"]
    assert (task["kind"], task["dueOn"]) == ("RETURNED", "2026-12-18")
    assert (await world.ok("p-tang", "GET", "/tasks"))["tasks"] == []


async def test_of_a_state_secret_every_word_and_file_is_destroyed(world: World):
    files = {"file": ("密.pdf", b"%PDF secret")}
    sent = await world.ok("p-chen", "POST", f"/files?agency={SFJ}", files=files)
    made = await world.draft(files=[sent])
    await world.ok("p-chen", "PUT", f"/items/{ITEM}?expected=1", json=form(body="另一稿"))
    await world.submit()
    await world.hears("approval.item-withheld.v1", ground="C1", destroyText=True)
    assert await erase_pending(world.run.runtime) == 1
    await world.refused(404, SERVICE, "GET", f"/contents/{made['manifestHash']}")
    assert not await world.run.sql("SELECT 1 FROM manifests WHERE manifest IS NOT NULL")
    assert not await world.run.sql("SELECT 1 FROM parts WHERE body IS NOT NULL")
    assert not await world.run.sql("SELECT 1 FROM texts WHERE body = '公布名册'")
    stored = [p for p in world.run.settings.data.rglob("*") if p.is_file()]
    assert not [p for p in stored if b"secret" in p.read_bytes()]
    assert (await world.item())["title"] == ""


async def test_names_are_for_signed_in_people_and_services(world: World):
    names = await world.ok(SERVICE, "GET", "/people?ids=p-chen,p-nobody")
    assert names == {"p-chen": {"name": "陈芳", "position": "科员", "agency": SFJ}}
    assert (await world.run.http.get("/catalog/api/v1/people?ids=p-chen")).status_code == 401


async def test_lists_are_filtered_by_words_and_status(world: World):
    await world.draft()
    found = await world.ok("p-chen", "GET", "/items?words=法律援助&status=DRAFT")
    assert [item["itemId"] for item in found["items"]] == [ITEM]
    assert (await world.ok("p-chen", "GET", "/items?words=没有这样的"))["items"] == []
    assert (await world.ok("p-he", "GET", f"/items?agency={MZJ}"))["items"] == []
