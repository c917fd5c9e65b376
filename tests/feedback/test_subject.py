"""The memory of published items, who belongs to their circles, and receipt numbers."""

from datetime import date

import pytest

from services.feedback.domain import receipts
from services.feedback.domain.events import Circle
from services.feedback.domain.subject import (
    SUBJECT,
    CloseSubject,
    OpenSubject,
    SubjectClosed,
    SubjectOpened,
    belongs,
    width,
)
from tests.feedback.story import BRANCH, ITEM, PUBLIC
from tests.spec import Spec

subject = Spec(SUBJECT)
KEY = bytes(32)


def opened(ring=0, circle=PUBLIC, number=1):
    return SubjectOpened(
        item_id=ITEM, revision=1, round=number, ring=ring, circle=circle, title="题", index_no=None,
        published_on=date(2026, 11, 20),
    )  # fmt: skip


closed = SubjectClosed(item_id=ITEM, round=1, closed_on=date(2026, 12, 20))
close = CloseSubject(ITEM, 1, date(2026, 12, 20))


def test_each_circle_opens_once():
    subject.given().when(OpenSubject(opened())).then(opened())
    subject.given(opened()).when(OpenSubject(opened())).then()
    subject.given(opened()).when(OpenSubject(opened(1))).then(opened(1))


def test_the_end_of_the_posting_closes_it():
    subject.given(opened()).when(close).then(closed)
    subject.given(opened(), closed).when(close).then()


def test_the_end_of_an_earlier_round_closes_nothing():
    subject.given(opened(), opened(number=2)).when(close).then()


def test_a_new_round_opens_it_again():
    again = CloseSubject(ITEM, 2, date(2027, 1, 20))
    assert subject.given(opened(), closed, opened(number=2)).when(again).events()


@pytest.mark.parametrize(
    ("circle", "organs", "person", "holds", "inside"),
    [
        (PUBLIC, (), "citizen", False, True),
        (BRANCH, (), "citizen", False, False),
        (BRANCH, ("o-branch-1",), "p-1", True, True),
        (BRANCH, ("o-office",), "p-1", True, False),
        (Circle(scope="WITHIN_ORG", disclosing_body="o"), ("o-x",), "p-1", True, True),
        (Circle(scope="WITHIN_ORG", disclosing_body="o"), (), "p-9", False, False),
        (Circle(scope="SPECIFIC_PERSONS", disclosing_body="o"), ("o-x",), "p-1", True, False),
        (
            Circle(scope="SPECIFIC_PERSONS", audience=("p-1",), disclosing_body="o"),
            (), "p-1", False, True,
        ),
    ],
)  # fmt: skip
def test_only_the_audience_belongs_to_a_circle(circle, organs, person, holds, inside):
    assert belongs(circle, frozenset(organs), person, holds_grant=holds) is inside


def test_scopes_widen_towards_the_public():
    assert width("NOBODY_KNOWS") <= width("WITHIN_ORG") < width("PUBLIC")


def test_a_receipt_is_read_back_however_it_is_typed():
    number = receipts.number("330105001", date(2026, 11, 23), 7)
    shown = receipts.shown(KEY, number)
    assert shown.startswith("330105001-20261123-0007-")
    for typed in (shown, f" {shown.lower()} ", shown.replace("-", "－")):
        assert receipts.parse(KEY, typed) == receipts.Receipt("330105001", number)


def test_counting_through_receipts_finds_nothing():
    number = receipts.number("330105001", date(2026, 11, 23), 7)
    right = receipts.check(KEY, number)
    wrong = {receipts.check(bytes([n]) * 32, number) for n in range(1, 200)} - {right}
    assert not [w for w in wrong if receipts.parse(KEY, f"{number}-{w}")]
    assert receipts.parse(KEY, number) is None
    assert receipts.parse(KEY, "不是回执号") is None
