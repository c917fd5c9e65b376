"""The demo story as data: complete, coherent, and within the rules it will be told under."""

from datetime import date

import pytest

from deploy.demo.accounts import make_accounts, setup_token
from deploy.demo.items import draft_of
from deploy.demo.photo import board_photo
from deploy.demo.story import day, read_story
from deploy.signin.accounts import matches, read_accounts
from services.catalog.policy.checks import checked
from services.catalog.policy.files import policy_set

STORY = read_story()
TODAY = date(2026, 11, 23)
RULES = {agency.id: checked(policy_set(agency.policy)) for agency in STORY.agencies}
ITEMS = pytest.mark.parametrize("item", STORY.items, ids=lambda item: item.key)


def test_each_state_is_there_at_least_once():
    ends = {item.ends for item in STORY.items}
    assert ends == {"draft", "review", "returned", "withheld", "approved", "released"}
    assert {item.passed for item in STORY.items if item.ends == "review"} == {0, 1, 2}
    assert {item.affairs for item in STORY.items} == {"PARTY", "GOVERNMENT"}
    assert any(item.failing for item in STORY.items)
    assert {opinion.ends for item in STORY.items for opinion in item.opinions} == {
        "new", "rejected", "accepted", "assigned", "answered", "returned", "released",
    }  # fmt: skip


def test_two_bureaus_and_the_office_above_them():
    tops = [agency.id for agency in STORY.agencies if agency.parent is None]
    assert len(tops) == 1
    assert {a.parent for a in STORY.agencies if a.id not in tops} == set(tops)
    assert len({agency.code for agency in STORY.agencies}) == len(STORY.agencies)
    assert STORY.holders(tops[0], "SUPERVISOR")
    assert STORY.holders(tops[0], "ADMINISTRATOR")


def test_names_and_keys_are_used_once():
    for names in (
        [person.login for person in STORY.people],
        [person.id for person in STORY.people],
        [organ.id for organ in STORY.organs],
        [item.key for item in STORY.items],
        [opinion.key for item in STORY.items for opinion in item.opinions],
    ):
        assert len(names) == len(set(names))


@ITEMS
def test_every_item_keeps_to_its_agencys_rules(item):
    rules = RULES[item.agency]
    assert rules.category(item.category)
    assert item.duration in {known.code for known in rules.duration_classes}
    for scope, audience, channels in item.rings:
        assert set(channels) <= set(rules.scopes[scope].channels)
        assert set(audience) <= {organ.id for organ in STORY.organs}
    assert item.body_organ in {organ.id for organ in STORY.organs}
    assert item.ends != "withheld" or item.ground in {ground.code for ground in rules.grounds}


@ITEMS
def test_every_item_has_different_people_for_each_step(item):
    rules = RULES[item.agency]
    chain = rules.chains[rules.chain_for(item.affairs, item.category)]
    used = {item.drafter}
    for step in chain.steps:
        if step.when is None:
            free = [p for p in STORY.holders(item.agency, *step.roles) if p not in used]
            assert free, step.step
            used.add(free[0])
    assert STORY.holders(item.agency, "DISCLOSURE_OFFICE")
    assert item.drafter in STORY.holders(item.agency, "DRAFTER")


@ITEMS
def test_every_opinion_can_be_told_to_its_end(item):
    assert not item.opinions or (item.ends == "released" and "WEBSITE" in item.channels)
    for opinion in item.opinions:
        assert bool(opinion.answer) is (opinion.ends in ("answered", "returned", "released"))
        assert bool(opinion.reason) is (opinion.ends == "rejected")
    handlers = STORY.holders(item.agency, "FEEDBACK_HANDLER")
    office = STORY.holders(item.agency, "DISCLOSURE_OFFICE")
    assert not set(handlers) & set(office)


def test_a_draft_form_holds_what_the_clerk_typed():
    item = next(item for item in STORY.items if item.key == "sfj-aid-roster")
    form = draft_of(item, STORY, TODAY)
    assert (form["formedOn"], form["eventOn"]) == ("2026-11-19", None)
    assert form["body"].startswith("<p>各区司法局")
    assert form["duty"]["leader"] == "p-zhou"


def test_days_are_counted_from_today():
    assert day(TODAY, -23) == "2026-10-31"


def test_everybody_can_sign_in_and_the_accounts_are_written_once(tmp_path):
    make_accounts(STORY, tmp_path)
    path = tmp_path / "signin/accounts.json"
    known = read_accounts(path)
    assert known.demo
    assert set(known.by_login) == {person.login for person in STORY.people}
    assert matches(known.by_login["chenfang"], STORY.password)
    before = path.read_bytes()
    make_accounts(STORY, tmp_path)
    assert path.read_bytes() == before
    assert setup_token(tmp_path, "http://127.0.0.1:1").count(".") == 2


def test_the_board_has_its_picture():
    assert board_photo("临江市司法局", "标题", "2026年11月23日")[:4] == b"\x89PNG"
