"""How an item is to be disclosed: scope × channel, order of rings, reasons, what a submission needs."""

from __future__ import annotations

import pytest

from services.catalog.domain.disclosure import check, missing_for_review, rings_of
from services.catalog.domain.errors import (
    ChannelForbidden,
    GroundNeeded,
    GroundWithoutWithholding,
    OutsideBeforeInside,
    ReasonNeeded,
    ScopeTwice,
    UnknownCategory,
    UnknownClass,
    WrongScheme,
)
from services.catalog.domain.item_events import Duty
from shared.errors import Invalid
from tests.catalog.story import NATIONAL, REASON, particulars

OPEN_CHANNELS = ("WEBSITE", "WECHAT", "NOTICE_BOARD", "PRESS", "RADIO_TV", "GAZETTE", "LEAFLET")
INSIDE = ("WITHIN_ORG", "PARTY_ONLY", "WHOLE_PARTY", "SPECIFIC_PERSONS")


@pytest.mark.parametrize("scope", INSIDE)
@pytest.mark.parametrize("channel", OPEN_CHANNELS)
def test_no_inside_scope_reaches_an_open_channel(scope, channel):
    with pytest.raises(ChannelForbidden):
        rings_of(NATIONAL, [(scope, ("p-chen",), (channel,))])


def test_the_leading_channel_of_the_policy_leads():
    (ring,) = rings_of(NATIONAL, [("PUBLIC", (), ("WECHAT", "WEBSITE"))])
    assert ring.lead_channel == "WEBSITE"


def test_without_the_policys_leading_channel_the_first_one_leads():
    (ring,) = rings_of(NATIONAL, [("PUBLIC", (), ("NOTICE_BOARD", "WECHAT"))])
    assert ring.lead_channel == "NOTICE_BOARD"


def test_inside_comes_before_outside():
    inside, outside = ("WITHIN_ORG", (), ("INTRANET",)), ("PUBLIC", (), ("WEBSITE",))
    assert [ring.scope for ring in rings_of(NATIONAL, [inside, outside])] == [
        "WITHIN_ORG",
        "PUBLIC",
    ]
    with pytest.raises(OutsideBeforeInside):
        rings_of(NATIONAL, [outside, inside])


def test_a_scope_is_chosen_once():
    public = ("PUBLIC", (), ("WEBSITE",))
    with pytest.raises(ScopeTwice):
        rings_of(NATIONAL, [public, public])


@pytest.mark.parametrize(
    "ring",
    [("PUBLIC", (), ()), ("NOBODY", (), ("WEBSITE",)), ("SPECIFIC_PERSONS", (), ("DOCUMENT",))],
)
def test_a_ring_needs_a_known_scope_channels_and_for_persons_their_names(ring):
    with pytest.raises(Invalid) as refusal:
        rings_of(NATIONAL, [ring])
    assert refusal.value.field == "rings"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"category": "NOWHERE@gov-art20"}, UnknownCategory),
        ({"category": "ART20-1@nowhere"}, UnknownCategory),
        ({"category": "P1@party-7"}, WrongScheme),
        ({"affairs_type": "PARTY"}, WrongScheme),
        ({"duration_class": "FOREVER"}, UnknownClass),
        ({"attribute": "WITHHELD", "ground_reason_hash": REASON}, GroundNeeded),
        ({"attribute": "WITHHELD", "ground": "C4"}, ReasonNeeded),
        ({"attribute": "ON_REQUEST"}, ReasonNeeded),
        ({"attribute": "PROACTIVE", "ground": "C4"}, GroundWithoutWithholding),
    ],
)
def test_what_the_rules_do_not_know_is_refused(changes, refusal):
    with pytest.raises(refusal):
        check(NATIONAL, particulars(**changes))


def test_withholding_with_ground_and_reason_is_accepted():
    check(NATIONAL, particulars(attribute="WITHHELD", ground="C4", ground_reason_hash=REASON))


def test_a_complete_draft_lacks_nothing():
    assert missing_for_review(particulars(), has_body=True, has_title=True) == ()


def test_every_missing_field_is_named_in_the_order_of_the_form():
    bare = particulars(disclosing_body="", rings=(), legal_basis=(), formed_on=None)
    assert missing_for_review(bare, has_body=False, has_title=False) == (
        "title", "body", "disclosingBody", "rings", "legalBasis", "formedOn",
    )  # fmt: skip


def test_what_is_not_proactive_needs_no_channels():
    asked = particulars(attribute="ON_REQUEST", rings=())
    assert missing_for_review(asked, has_body=True, has_title=True) == ()


def test_the_five_clarities_are_all_given_or_none():
    assert missing_for_review(particulars(duty=Duty()), has_body=True, has_title=True) == ()
    half = particulars(duty=Duty(leader="p-zhou", responsible="p-chen"))
    assert missing_for_review(half, has_body=True, has_title=True) == (
        "dutyTask", "dutyLeadOrgan", "dutyDeadline",
    )  # fmt: skip
