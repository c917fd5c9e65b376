"""By when an item must be public: missed, moved, provisional; and read tables made again from facts."""

from __future__ import annotations

from datetime import date, timedelta

from services.catalog.consumers import timers
from services.catalog.policy.files import calendar_years, policy_set
from shared.timers import fire_due
from tests.catalog.conftest import World
from tests.catalog.story import ITEM, OTHER_ITEM, SFJ, contract, form

PAST = (date.today() - timedelta(days=60)).isoformat()
YEARS_END = "2026-12-20"


async def fire(world: World) -> int:
    facts = world.run.runtime.facts
    return await fire_due(facts, timers(facts))


async def test_an_item_past_its_day_is_recorded_as_missed_once(world: World):
    await world.draft(formedOn=PAST)
    assert await fire(world) == 1
    assert await fire(world) == 0
    assert (await world.types())[-1] == "obligation-missed"
    (message,) = [m for m in await world.run.sent() if m.type == "catalog.obligation-missed.v1"]
    assert message.data.keys() == contract("catalog.obligation-missed.v1").keys()
    item = await world.item()
    assert item["missedOn"] == item["publishBy"]["due"]
    await world.ok("p-chen", "PUT", f"/items/{ITEM}?expected=2", json=form(formedOn=PAST))
    assert await fire(world) == 0


async def test_becoming_overdue_makes_no_form_stale_but_another_text_does(world: World):
    made = await world.draft(formedOn=PAST)
    assert await fire(world) == 1
    again = await world.ok(
        "p-chen",
        "PUT",
        f"/items/{ITEM}?expected={made['version']}",
        json=form(formedOn=PAST, title="改"),
    )
    old = {"expected": made["version"]}
    await world.refused(409, "p-chen", "POST", f"/items/{ITEM}/submit", json=old)
    await world.ok("p-chen", "POST", f"/items/{ITEM}/submit", json={"expected": again["version"]})


async def test_a_public_item_and_one_that_need_not_be_public_are_never_missed(world: World):
    await world.draft(formedOn=PAST)
    await world.submit()
    await world.hears("approval.item-approved.v1", determinedOn=PAST)
    await world.hears("publisher.item-published.v1", ring=0)
    await world.hears("publisher.item-published.v1", ring=1)
    asked = {"attribute": "ON_REQUEST", "groundReason": "涉及个人", "formedOn": PAST}
    made = await world.draft(OTHER_ITEM, **asked)
    assert made["publishBy"] is None
    assert await fire(world) == 0


async def test_only_inside_published_is_still_missed(world: World):
    await world.draft(formedOn=PAST)
    await world.submit()
    await world.hears("publisher.item-published.v1", ring=0)
    assert await fire(world) == 1


async def test_a_date_in_an_unpublished_year_is_provisional_until_the_notice_is_out(world: World):
    made = await world.draft(eventOn=YEARS_END, formedOn=None)
    assert (made["publishBy"]["provisional"], made["publishBy"]["estimatedYears"]) == (True, [2027])
    notice = {"year": 2027, "status": "published", "off": ["2027-01-01", "2027-01-02", "2027-01-04"],
              "work": [], "source": "通知"}  # fmt: skip
    done = await world.ok("p-admin", "PUT", "/calendars/2027", json=notice)
    assert done == {"rescheduled": 1}
    now = (await world.item())["publishBy"]
    assert now["provisional"] is False
    assert now["due"] > made["publishBy"]["due"]
    assert (await world.types())[-1] == "obligation-rescheduled"


async def test_a_corrected_notice_moves_dates_that_were_certain(world: World):
    made = await world.draft(formedOn="2026-11-20")
    assert (made["publishBy"]["due"], made["publishBy"]["provisional"]) == ("2026-12-18", False)
    (known,) = [year.wire() for year in calendar_years() if year.year == 2026]
    corrected = known | {"off": [*known["off"], "2026-11-23"], "source": "更正通知"}
    assert (await world.ok("p-admin", "PUT", "/calendars/2026", json=corrected))["rescheduled"] == 1
    assert (await world.item())["publishBy"]["due"] == "2026-12-21"
    assert (await world.types())[-1] == "obligation-rescheduled"


async def test_an_item_keeps_the_rules_it_was_determined_under(world: World):
    await world.draft()
    await world.submit()
    body = {"effectiveFrom": "2026-01-01", "overlay": "bureau-justice"}
    await world.ok("p-admin", "PUT", f"/policies/{SFJ}/2026.2", json=body)
    await world.hears("approval.item-approved.v1", determinedOn="2026-11-23")
    item = await world.item()
    assert (item["policyAgency"], item["policyVersion"]) == ("national", "2026.1")
    assert item["publishBy"]["rule"]["id"] == "OGI-26"
    made = await world.draft(OTHER_ITEM)
    assert made["publishBy"]["rule"]["id"] == "OGI-26"
    other = await world.item(OTHER_ITEM)
    assert (other["policyAgency"], other["policyVersion"]) == (SFJ, "2026.2")


async def test_rules_are_in_force_from_their_day_on(world: World):
    future = (date.today() + timedelta(days=30)).isoformat()
    body = {"effectiveFrom": future, "overlay": "bureau-justice"}
    await world.ok("p-admin", "PUT", f"/policies/{SFJ}/2026.2", json=body)
    await world.draft()
    assert (await world.item())["policyAgency"] == "national"


async def test_an_agency_cannot_leave_the_law_out(world: World):
    limit = {"startEvents": ["EVENT"], "term": {"n": 3, "unit": "WORKING_DAY"},
             "rule": {"id": "OWN", "title": "本局方案", "article": "第五条"}}  # fmt: skip
    policy = policy_set() | {"limits": [limit]}
    body = {"effectiveFrom": "2026-01-01", "policy": policy}
    await world.ok("p-admin", "PUT", f"/policies/{SFJ}/2026.2", json=body)
    made = await world.draft()
    assert (made["publishBy"]["rule"]["id"], made["publishBy"]["due"]) == ("OGI-26", "2026-12-18")


async def test_read_tables_made_again_from_facts_equal_the_live_ones(world: World):
    await world.draft(formedOn=PAST)
    await fire(world)
    await world.submit()
    await world.hears("approval.item-returned.v1")
    version = (await world.item())["version"]
    await world.ok("p-chen", "PUT", f"/items/{ITEM}?expected={version}", json=form(title="改"))
    await world.draft(OTHER_ITEM, eventOn=YEARS_END)
    await world.submit(OTHER_ITEM)
    await world.hears("approval.item-approved.v1", itemId=OTHER_ITEM)
    await world.hears("publisher.item-published.v1", itemId=OTHER_ITEM, ring=0)
    notice = {
        "year": 2027,
        "status": "published",
        "off": ["2027-01-01"],
        "work": [],
        "source": "通知",
    }
    await world.ok("p-admin", "PUT", "/calendars/2027", json=notice)
    before = await world.run.tables()
    assert before["items"]
    assert before["timers"]
    assert await world.run.rebuild()
    assert await world.run.tables() == before
