"""Who may change reference data: the administrator of the agency or above; set-up only before that."""

from __future__ import annotations

from tests.catalog.conftest import World
from tests.catalog.story import MZJ, SFJ, TOP

SETUP = "service:setup"
BUREAU = {"name": "某局", "parentId": TOP, "code": "330105009"}


async def test_set_up_ends_when_there_is_an_administrator(world: World):
    await world.refused(403, SETUP, "PUT", "/agencies/linjiang-new", json=BUREAU)
    await world.refused(
        403, SETUP, "PUT", "/policies/national/2", json={"effectiveFrom": "2026-01-01"}
    )
    await world.ok("p-admin", "PUT", "/agencies/linjiang-new", json=BUREAU)


async def test_other_services_and_other_people_are_no_administrators(world: World):
    for who in ("service:publisher", "p-chen", "p-he"):
        await world.refused(403, who, "PUT", "/agencies/linjiang-new", json=BUREAU)
        body = {"agencyId": SFJ, "name": "某科"}
        await world.refused(403, who, "PUT", "/organs/o-x", json=body)


async def local_administrator(world: World) -> None:
    body = {"agencyId": MZJ, "organId": "o-mzj-office", "position": "管理员", "roles": ["ADMINISTRATOR"],
            "since": "2024-01-01"}  # fmt: skip
    await world.ok("p-admin", "POST", "/people/p-tang/appointments", json=body)


async def test_an_administrator_rules_below_and_nowhere_else(world: World):
    await local_administrator(world)
    await world.ok("p-tang", "PUT", "/organs/o-mzj-new", json={"agencyId": MZJ, "name": "某科"})
    await world.refused(403, "p-tang", "PUT", "/organs/o-x", json={"agencyId": SFJ, "name": "某科"})
    await world.refused(403, "p-tang", "PUT", "/people/p-x", json={"agencyId": SFJ, "name": "某人"})
    body = {"effectiveFrom": "2026-01-01"}
    await world.refused(403, "p-tang", "PUT", "/policies/national/9", json=body)


async def test_nobody_takes_over_an_agency_by_naming_himself_its_superior(world: World):
    await local_administrator(world)
    body = {"name": "临江市司法局", "parentId": MZJ, "code": "330105001"}
    await world.refused(403, "p-tang", "PUT", f"/agencies/{SFJ}", json=body)


async def test_the_tree_has_no_loops_and_codes_are_unique(world: World):
    body = {"name": "办公室", "parentId": SFJ, "code": "330105000"}
    problem = await world.refused(422, "p-admin", "PUT", f"/agencies/{TOP}", json=body)
    assert problem["field"] == "parentId"
    taken = BUREAU | {"code": "330105001"}
    problem = await world.refused(409, "p-admin", "PUT", "/agencies/linjiang-new", json=taken)
    assert problem["field"] == "code"


async def test_an_office_is_held_in_an_organ_of_the_agency(world: World):
    body = {"agencyId": SFJ, "organId": "o-mzj-office", "position": "科员", "roles": ["DRAFTER"],
            "since": "2024-01-01"}  # fmt: skip
    problem = await world.refused(422, "p-admin", "POST", "/people/p-chen/appointments", json=body)
    assert problem["field"] == "organId"


async def test_a_person_of_another_agency_is_not_renamed(world: World):
    await local_administrator(world)
    body = {"agencyId": MZJ, "name": "改名"}
    await world.refused(409, "p-tang", "PUT", "/people/p-chen", json=body)


async def test_an_ended_appointment_takes_the_role_away(world: World):
    await world.draft()
    body = {"agencyId": SFJ, "organId": "o-sfj-office", "position": "科员", "roles": ["DRAFTER"],
            "since": "2024-01-01", "until": "2024-12-31"}  # fmt: skip
    await world.ok("p-admin", "POST", "/people/p-chen/appointments", json=body)
    await world.refused(404, "p-chen", "GET", "/items/0199a3c0-0000-7000-8000-000000000001")


async def test_an_appointment_cannot_end_before_it_begins(world: World):
    body = {"agencyId": SFJ, "organId": "o-sfj-office", "position": "科员", "roles": ["DRAFTER"],
            "since": "2024-01-01", "until": "2023-12-31"}  # fmt: skip
    problem = await world.refused(422, "p-admin", "POST", "/people/p-chen/appointments", json=body)
    assert problem["field"] == "until"


async def test_a_person_is_registered_before_an_office_is_held(world: World):
    body = {"agencyId": SFJ, "organId": "o-sfj-office", "position": "科员", "roles": ["DRAFTER"],
            "since": "2024-01-01"}  # fmt: skip
    await world.refused(404, "p-admin", "POST", "/people/p-nobody/appointments", json=body)


async def test_nobody_is_named_in_what_the_ledger_shows_to_everybody(world: World):
    """Stream and type of a fact stand in public leaves; the person does not."""
    streams = [row["stream"] for row in await world.run.sql("SELECT stream FROM events")]
    people = [stream for stream in streams if stream.startswith("person-")]
    assert people
    assert not [stream for stream in streams if "p-chen" in stream or "p-admin" in stream]
