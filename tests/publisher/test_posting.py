"""Until when something stays at least: the longest minimum of agency and law, explained."""

from __future__ import annotations

from datetime import date

from services.catalog.policy.files import calendar_years, policy_set
from services.publisher.domain.posting import posting_until
from shared.events import Json
from shared.workdays import Calendar, Explained

YEARS = Calendar.of(calendar_years())
JUSTICE = policy_set("bureau-justice")
CIVIL = policy_set("bureau-civil")
START = date(2026, 6, 1)


def until(
    policy: Json, duration: str, *, important: bool = False, start: date = START
) -> Explained:
    found = posting_until(policy, YEARS, start, duration, important)
    assert not found.open
    explained = Explained.model_validate(found.rule)
    assert explained.due == found.date
    return explained


def test_without_a_rule_of_the_agency_it_stays_seven_days():
    """S0-25: 公示期限不少于7天."""
    found = until(policy_set(), "IMMEDIATE")
    assert (found.due, found.rule.id) == (date(2026, 6, 8), "S0-25")


def test_immediate_items_of_the_justice_bureau_stay_twenty_working_days():
    """S2-29; 2026-06-19 is the Dragon Boat Festival."""
    found = until(JUSTICE, "IMMEDIATE")
    assert (found.due, found.rule.id) == (date(2026, 6, 30), "S2-29")


def test_periodic_items_stay_thirty_working_days():
    """S2-28."""
    found = until(JUSTICE, "PERIODIC")
    assert (found.due, found.rule.id) == (date(2026, 7, 14), "S2-28")


def test_long_term_items_have_no_end():
    """S2-27: until change, revocation or completion."""
    found = posting_until(JUSTICE, YEARS, START, "LONG_TERM", True)
    assert (found.open, found.date, found.rule) == (True, None, None)


def test_a_minimum_for_important_matters_counts_for_important_ones_only():
    """S1-21: 重要事项一般不少于一周."""
    week = {"n": 2, "unit": "WEEK"}
    minimum = {"term": week, "rule": {"id": "S1-21"}, "importantOnly": True}
    policy = {"posting": {"minimums": [*policy_set()["posting"]["minimums"], minimum]}}
    assert until(policy, "IMMEDIATE", important=True).rule.id == "S1-21"
    assert until(policy, "IMMEDIATE").rule.id == "S0-25"


def test_the_longer_of_agency_and_law_wins():
    short = {"term": {"n": 1, "unit": "CALENDAR_DAY"}, "rule": {"id": "TOO-SHORT"}}
    policy = {"posting": {"minimums": [short, *policy_set()["posting"]["minimums"]]}}
    found = until(policy, "IMMEDIATE")
    assert found.rule.id == "S0-25"
    assert [other.rule.id for other in found.considered] == ["TOO-SHORT"]


def test_the_date_says_where_it_comes_from_and_what_was_not_counted():
    text = until(JUSTICE, "IMMEDIATE").text()
    for words in (
        "2026年6月1日（公开）次日起20个工作日",
        "即时公开不少于20个工作日",
        "扣除周末",
        "6月19日",
    ):
        assert words in text, text


def test_a_date_in_a_year_without_a_published_calendar_is_provisional():
    found = until(JUSTICE, "IMMEDIATE", start=date(2030, 6, 3))
    assert found.provisional
    assert "暂定" in found.text()


def test_a_policy_that_sets_no_minimum_leaves_the_end_open():
    assert posting_until({}, YEARS, START, "IMMEDIATE", False).open
