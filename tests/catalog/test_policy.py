"""The rules as data: sources, agency and law together, versions; checked before they are activated."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.catalog.domain.errors import AlreadyThere
from services.catalog.domain.rules import RULES, Activate, PolicySetActivated
from services.catalog.policy.calendars import checked_year
from services.catalog.policy.checks import LooserThanLaw, checked, numbers, with_law
from services.catalog.policy.clocks import publication_limit
from services.catalog.policy.files import calendar_years, laid_over, parsed, policy_set
from services.catalog.policy.model import PolicySet
from services.publisher.domain.posting import posting_until
from shared.errors import Invalid
from shared.events import Json
from shared.workdays import Calendar, CalendarYear, Explained
from tests.catalog.story import NATIONAL, SFJ
from tests.spec import Spec

CALENDAR = Calendar.of(calendar_years())
OVERLAYS = (None, "bureau-justice", "bureau-civil")
FRIDAY = date(2026, 11, 20)
OWN = {"id": "OWN", "title": "本局方案", "article": "第五条"}


def days(n: int, unit: str = "WORKING_DAY") -> Json:
    return {"n": n, "unit": unit}


def own_set(*limits: Json, **changes: Any) -> Json:
    """A set of an agency that states these limits and nothing of the law's."""
    return policy_set() | {"title": "本局规则", "limits": list(limits)} | changes


def limit(n: int, unit: str = "WORKING_DAY", events: tuple[str, ...] = ("FORMED",), **more) -> Json:
    return {"startEvents": list(events), "term": days(n, unit), "rule": OWN} | more


def publish_by(policy: PolicySet, **changes: str) -> Explained:
    """For a document formed on a Friday in November 2026, without holidays ahead."""
    about = {
        "duration_class": "IMMEDIATE",
        "category": "ART20-1@gov-art20",
        "affairs_type": "GOVERNMENT",
    }
    found = publication_limit(policy, CALENDAR, {"FORMED": FRIDAY}, **(about | changes))
    assert found
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_number_names_its_document_and_article(overlay):
    rules = [rule for _, _, rule in numbers(PolicySet.model_validate(policy_set(overlay)))]
    assert len(rules) >= 8
    assert all(rule.id and rule.title and rule.article for rule in rules)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_comes_with_the_product_may_be_activated(overlay):
    checked(policy_set(overlay))


@pytest.mark.parametrize(
    ("category", "rule", "due"),
    [
        ("ART20-1@gov-art20", "OGI-26", "2026-12-18"),
        ("ART20-7@gov-art20", "BUDGET-14", "2026-12-10"),
        ("ART20-5@gov-art20", "ENFORCEMENT-7", "2026-12-01"),
        ("ART20-6@gov-art20", "ENFORCEMENT-7", "2026-12-01"),
    ],
)
def test_the_strictest_national_limit_of_a_category_decides(category, rule, due):
    found = publish_by(NATIONAL, category=category)
    assert (found.rule.id, found.due.isoformat()) == (rule, due)


def test_party_affairs_do_not_cite_the_government_regulation_as_their_own():
    found = publish_by(NATIONAL, category="P1@party-7", affairs_type="PARTY")
    assert (found.rule.id, found.due) == ("PARTY-20", date(2026, 12, 18))
    assert "参照" in found.text()


def test_a_change_starts_the_clock_anew():
    starts = {"FORMED": FRIDAY - timedelta(days=90), "CHANGED": FRIDAY}
    found = publication_limit(
        NATIONAL, CALENDAR, starts, duration_class="IMMEDIATE", category="ART20-1@gov-art20",
        affairs_type="GOVERNMENT",
    )  # fmt: skip
    assert found
    assert (found.start, found.start_event) == (FRIDAY, "CHANGED")


def test_publication_is_due_at_the_earlier_of_agency_and_law():
    stricter = with_law(checked(own_set(limit(5))), NATIONAL)
    found = publish_by(stricter)
    assert (found.rule.id, found.due) == ("OWN", date(2026, 11, 27))
    assert [other.rule.id for other in found.considered] == ["OGI-26"]
    other_matter = with_law(checked(own_set(limit(5, categories=["ART20-4@gov-art20"]))), NATIONAL)
    assert publish_by(other_matter).rule.id == "OGI-26"


@pytest.mark.parametrize(
    ("own", "until", "rule"), [(3, "2026-11-27", "S0-25"), (20, "2026-12-18", "OWN")]
)
def test_posting_lasts_to_the_later_of_agency_and_law(own, until, rule):
    minimums = [{"term": days(own), "rule": OWN}]
    stated = own_set(limit(5), posting={"minimums": minimums, "open": []})
    whole = with_law(checked(stated), NATIONAL).wire()
    found = posting_until(whole, CALENDAR, FRIDAY, "IMMEDIATE", important=False)
    assert found.rule
    assert (str(found.date), found.rule["rule"]["id"]) == (until, rule)


@pytest.mark.parametrize("n", [(21, "WORKING_DAY"), (29, "CALENDAR_DAY"), (5, "WEEK")])
def test_a_limit_looser_than_the_law_is_refused_and_named(n):
    with pytest.raises(LooserThanLaw) as refusal:
        checked(own_set(limit(5), limit(*n)))
    assert refusal.value.field == "limits.1.term"


@pytest.mark.parametrize("n", [(20, "WORKING_DAY"), (28, "CALENDAR_DAY"), (4, "WEEK")])
def test_a_limit_as_strict_as_the_law_is_accepted(n):
    checked(own_set(limit(*n)))


def test_a_law_of_one_category_is_no_law_for_the_others():
    checked(own_set(limit(15)))
    with pytest.raises(LooserThanLaw):
        checked(own_set(limit(15, categories=["ART20-5@gov-art20"])))


def test_a_special_basis_takes_the_place_of_the_general_limit_and_is_told():
    special = limit(60, categories=["ART20-4@gov-art20"], specialBasis="《统计法》第二十六条")
    policy = with_law(checked(own_set(special)), NATIONAL)
    found = publish_by(policy, category="ART20-4@gov-art20")
    assert (found.rule.id, found.term.n) == ("OWN", 60)
    assert "特殊依据：《统计法》第二十六条" in found.text()
    assert publish_by(policy).rule.id == "OGI-26"


def _changed(**changes: Any) -> Json:
    return policy_set() | changes


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (own_set(limit(5) | {"rule": {"id": "X"}}), "limits.0.rule"),
        (own_set(limit(5, "HOUR")), "limits.0.term"),
        (own_set(limit(0)), "limits.0.term.n"),
        (own_set(limit(5, events=())), "limits.0.startEvents"),
        (own_set(limit(5, "FORTNIGHT")), "limits.0.term.unit"),
        (_changed(withheldReview={"months": 12}), "withheldReview.rule"),
        (_changed(chains={}), "chains"),
        (_changed(chainRules=[{"chain": "nobody"}]), "chainRules"),
        (_changed(scopes={"PARTY_ONLY": {"channels": ["WEBSITE"], "lead": "WEBSITE"}}),
         "scopes.PARTY_ONLY.channels"),
        (_changed(scopes={"PUBLIC": {"channels": ["WEBSITE"], "lead": "WECHAT"}}), "scopes.PUBLIC.lead"),
        (_changed(indexFormat="{code}-{serial}"), "indexFormat"),
        (_changed(indexFormat="{agency}/{year}-{serial}"), "indexFormat"),
        ({"title": "空"}, "limits"),
    ],
)  # fmt: skip
def test_a_set_that_could_not_work_is_refused_in_chinese_and_the_field_is_named(policy, field):
    with pytest.raises(Invalid) as refusal:
        checked(policy)
    assert refusal.value.field == field
    assert "\u4e00" <= refusal.value.detail[0] <= "\u9fff"


def test_a_version_never_changes_and_another_set_is_another_version():
    rules = Spec(RULES)
    first = PolicySetActivated(
        agency=SFJ, version="2026.1", effective_from=FRIDAY, policy=policy_set("bureau-justice")
    )
    other = first.model_copy(update={"policy": policy_set("bureau-civil")})
    rules.given(first).when(Activate(first)).then()
    rules.given(first).when(Activate(other)).then_refused(AlreadyThere)


def test_the_page_about_policy_names_every_national_number():
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
    rows = {tuple(cell.strip(" `") for cell in line.split("|")[1:3]) for line in page.splitlines()
            if line.startswith("| `")}  # fmt: skip
    limits = [(limit.rule.id, limit.term.text()) for limit in NATIONAL.limits]
    posting = [(one.rule.id, one.term.text()) for one in NATIONAL.posting.minimums]
    answer, review = NATIONAL.feedback.answer_within, NATIONAL.withheld_review
    others = [(answer.rule.id, f"{answer.n}个工作日"), (review.rule.id, f"{review.months} months")]
    assert rows == {*limits, *posting, *others}


def test_the_example_of_the_page_about_policy_may_be_activated():
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
    rules, year = re.findall("```toml\n(.*?)```", page, re.DOTALL)
    checked(laid_over(policy_set(), parsed(rules.encode())))
    checked_year(CalendarYear.model_validate(parsed(year.encode())))
