"""Agencies, organs, people, policy sets and calendar years: stated once, changed by stating anew."""

from __future__ import annotations

from datetime import date

from services.catalog.domain.errors import AlreadyThere, BadTerm, PersonElsewhere, PersonUnknown
from services.catalog.domain.people import (
    DIRECTORY,
    AgencyRegistered,
    OfficeHolderChanged,
    OrganEstablished,
    PersonRegistered,
    Record,
)
from services.catalog.domain.rules import RULES, Activate, CalendarPublished, PolicySetActivated
from tests.catalog.story import MZJ, REASON, SFJ, TOP
from tests.spec import Spec

directory, rules = Spec(DIRECTORY), Spec(RULES)
bureau = AgencyRegistered(
    agency_id=SFJ, name="临江市司法局", parent_id=TOP, code="330105001", kind="BUREAU", level="CITY"
)
office = OrganEstablished(organ_id="o-1", agency_id=SFJ, name="办公室", kind="SECTION")
chen = PersonRegistered(person_id="p-chen", agency_id=SFJ, name_hash=REASON)
clerk = OfficeHolderChanged(
    person_id="p-chen", agency_id=SFJ, organ_id="o-1", position="科员", roles=("DRAFTER",),
    since=date(2026, 1, 1),
)  # fmt: skip
head = clerk.model_copy(update={"position": "科长", "roles": ("SECTION_HEAD",)})
ended = clerk.model_copy(update={"until": date(2026, 6, 30)})
set_1 = PolicySetActivated(
    agency=SFJ, version="2026.1", effective_from=date(2026, 1, 1), policy={"title": "甲"}
)
year = CalendarPublished(year=2027, calendar={"year": 2027, "status": "estimated"})


def test_stating_the_same_again_changes_nothing():
    directory.given(bureau).when(Record(bureau)).then()
    directory.given(chen, clerk).when(Record(chen)).then()
    directory.given(chen, clerk, head).when(Record(clerk)).then()
    rules.given(set_1).when(Activate(set_1)).then()


def test_an_agency_may_be_renamed():
    renamed = bureau.model_copy(update={"name": "临江市司法行政局"})
    directory.given(bureau).when(Record(renamed)).then(renamed)


def test_an_organ_does_not_move_to_another_agency():
    moved = office.model_copy(update={"agency_id": MZJ})
    directory.given(office).when(Record(moved)).then_refused(AlreadyThere)


def test_a_person_keeps_the_agency_that_registered_them():
    taken = chen.model_copy(update={"agency_id": MZJ})
    directory.given(chen).when(Record(taken)).then_refused(PersonElsewhere)


def test_a_person_holds_several_positions_and_leaves_one():
    directory.given(chen, clerk).when(Record(head)).then(head)
    directory.given(chen, clerk, head).when(Record(ended)).then(ended)


def test_a_name_changed_and_changed_back_is_two_facts():
    renamed = chen.model_copy(update={"name_hash": "t1:" + "cd" * 32})
    directory.given(chen, renamed).when(Record(chen)).then(chen)


def test_a_version_of_the_rules_never_changes():
    other = set_1.model_copy(update={"policy": {"title": "乙"}})
    rules.given(set_1).when(Activate(other)).then_refused(AlreadyThere)


def test_an_estimated_year_is_published_again_when_the_notice_is_out():
    notice = year.model_copy(update={"calendar": {"year": 2027, "status": "published"}})
    rules.given(year).when(Activate(notice)).then(notice)


def test_an_office_needs_a_registered_person_and_a_term_that_ends_after_it_begins():
    directory.given().when(Record(clerk)).then_refused(PersonUnknown)
    backwards = clerk.model_copy(update={"until": date(2025, 1, 1)})
    directory.given(chen).when(Record(backwards)).then_refused(BadTerm)
