"""Copies of reference data: the tree of agencies, who holds what on which day, whose rules apply."""

from __future__ import annotations

from datetime import date

import pytest

from shared import directory, reference
from shared.errors import NotFound, NotReady
from tests.kernel import running
from tests.shared.sample import sample

TODAY = date(2026, 11, 23)


@pytest.fixture
async def one(postgres):
    async with running(sample(name="feedback"), postgres) as service:
        yield service


@pytest.fixture
async def db(one):
    async with one.runtime.app_pool.acquire() as connection:
        yield connection


def holder(**changes):
    return {"personId": "p-1", "agencyId": "a", "organId": "o-1", "position": "科长",
            "roles": ["SECTION_HEAD"], "since": "2026-01-01", "until": None} | changes  # fmt: skip


async def heard(one, type, data, stream):
    await one.receive(one.message(f"catalog.{type}.v1", data, stream, "a"))


async def test_the_tree_is_walked_from_any_agency_down(one, db):
    for id, parent in (("city", None), ("bureau", "city"), ("branch", "bureau"), ("other", None)):
        await one.agency(id, id, parent)
    assert await directory.subtree(db, "city") == ("branch", "bureau", "city")
    assert await directory.subtree(db, "branch") == ("branch",)
    assert (await directory.agency(db, "bureau")).parent == "city"
    with pytest.raises(NotFound):
        await directory.agency(db, "nowhere")


async def test_a_post_is_held_from_its_first_to_its_last_day(one, db):
    await heard(one, "office-holder-changed", holder(until="2026-06-30"), "person-1")
    for day, held in (("2025-12-31", 0), ("2026-01-01", 1), ("2026-06-30", 1), ("2026-07-01", 0)):
        on = date.fromisoformat(day)
        assert len(await directory.grants(db, "p-1", on)) == held, day
        assert len(await directory.holders(db, "a", "SECTION_HEAD", on)) == held, day


async def test_what_is_said_later_of_the_same_post_replaces_what_was_said(one, db):
    await heard(one, "office-holder-changed", holder(roles=["DRAFTER", "SECTION_HEAD"]), "person-1")
    await heard(one, "office-holder-changed", holder(roles=["DRAFTER"]), "person-1")
    other = holder(organId="o-2", position="委员", roles=["PRINCIPAL_LEADER"])
    await heard(one, "office-holder-changed", other, "person-1")
    held = await directory.grants(db, "p-1", TODAY)
    assert {(grant.organ, grant.role) for grant in held} == {
        ("o-1", "DRAFTER"), ("o-2", "PRINCIPAL_LEADER"),
    }  # fmt: skip
    await heard(one, "office-holder-changed", holder(roles=[]), "person-1")
    assert [grant.organ for grant in await directory.grants(db, "p-1", TODAY)] == ["o-2"]


def rules(agency, version, since):
    return {"agency": agency, "version": version, "effectiveFrom": since, "policy": {"v": version}}


async def test_an_agencys_own_rules_come_before_the_national_ones_from_their_day_on(one, db):
    with pytest.raises(NotReady):
        await reference.policy(db, "a", TODAY)
    for said in (
        rules("national", "N1", "2020-01-01"), rules("national", "N2", "2026-01-01"),
        rules("a", "A1", "2026-06-01"), rules("a", "A2", "2027-01-01"),
    ):  # fmt: skip
        await heard(one, "policy-set-activated", said, f"policy-{said['version']}")
    for agency, day, version in (
        ("a", "2025-12-31", "N1"), ("a", "2026-05-31", "N2"), ("a", "2026-06-01", "A1"),
        ("a", "2027-01-01", "A2"), ("b", "2026-06-01", "N2"),
    ):  # fmt: skip
        found = await reference.policy(db, agency, date.fromisoformat(day))
        assert (found.version, found.data) == (version, {"v": version}), (agency, day)
    assert (await reference.policy_version(db, "a", "A1")).data == {"v": "A1"}
    with pytest.raises(NotReady):
        await reference.policy_version(db, "a", "A9")
