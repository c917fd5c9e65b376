"""The publication, given / when / then: who may release what, in which order it is public, how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.publisher.domain.commands import EndPosting, RecountPosting
from services.publisher.domain.errors import (
    AlreadyReleased,
    LeaksOutside,
    NoSuchPublication,
    OlderRevision,
    StillPosting,
    TooEarly,
)
from services.publisher.domain.events import (
    ChannelNoted,
    ItemPublished,
    PostingEnded,
    PostingRecounted,
    PostUntil,
    PublicationCompleted,
    PublicationOpened,
    PublicationScheduled,
)
from services.publisher.domain.publication import PUBLICATION
from tests.publisher.story import (
    DAY,
    INSIDE,
    MATRIX,
    cleared,
    inside,
    noting,
    opening,
    public,
    releasing,
)
from tests.spec import Spec

BOTH = {"rings": [INSIDE, public("WEBSITE", "WECHAT", required=("WEBSITE",))]}
OUTSIDE = {"rings": [public("WEBSITE", "NOTICE_BOARD")]}
TUESDAY = date(2026, 11, 24)
UNTIL = PostUntil(date=date(2026, 12, 1))


def told(*commands: Any) -> list[Any]:
    """The facts that follow from commands, one after the other."""
    facts: list[Any] = []
    for command in commands:
        facts += PUBLICATION.decide(command, PUBLICATION.fold(facts))
    return facts


def given(*commands: Any) -> Spec:
    return Spec(PUBLICATION).given(*told(*commands))


def test_an_approved_revision_waits_for_release():
    Spec(PUBLICATION).when(opening()).then(PublicationOpened(clearance=cleared(), round=1))


def test_a_newer_revision_opens_the_next_round():
    [event] = given(opening()).when(opening(revision=2)).events()
    assert (event.round, event.clearance.revision) == (2, 2)


@pytest.mark.parametrize("revision", [1, 2])
def test_an_older_or_the_same_revision_is_refused(revision: int):
    given(opening(revision=2)).when(opening(revision=revision)).then_refused(OlderRevision)


def test_what_nobody_approved_cannot_be_released():
    Spec(PUBLICATION).when(releasing()).then_refused(NoSuchPublication)


def test_release_names_who_when_what_and_the_number():
    [event] = given(opening(**BOTH)).when(releasing()).events()
    assert isinstance(event, PublicationScheduled)
    assert (event.released_by, event.released_on) == ("p-wang", DAY)
    assert (event.index_no, event.serial) == ("330105001/2026-00001", 1)
    assert event.manifest_hash == cleared().manifest_hash


def test_a_second_release_is_refused():
    given(opening(), releasing()).when(releasing()).then_refused(AlreadyReleased)


def test_the_number_once_given_stays_in_every_later_round():
    spec = given(opening(), releasing("A/2026-00001", 1), opening(revision=2))
    [event] = spec.when(releasing("A/2026-00009", 9)).events()
    assert (event.index_no, event.serial) == ("A/2026-00001", None)


@pytest.mark.parametrize("scope", ["PARTY_ONLY", "WITHIN_ORG", "WHOLE_PARTY", "SPECIFIC_PERSONS"])
@pytest.mark.parametrize("channel", ["WEBSITE", "WECHAT", "NOTICE_BOARD", "PRESS", "A_NEW_CHANNEL"])
def test_what_is_not_public_is_never_released_to_a_channel_of_citizens(scope: str, channel: str):
    leak = [inside(scope, "o-1", channels=("INTRANET", channel))]
    given(opening(rings=leak)).when(releasing()).then_refused(LeaksOutside)


def test_no_rule_can_open_a_channel_of_citizens_to_what_is_not_public():
    generous = MATRIX | {"PARTY_ONLY": frozenset({"INTRANET", "WEBSITE"})}
    leak = [inside("PARTY_ONLY", "o-1", channels=("INTRANET", "WEBSITE"))]
    command = replace(releasing(), matrix=generous)
    given(opening(rings=leak)).when(command).then_refused(LeaksOutside)


def test_a_channel_that_the_rules_do_not_allow_for_the_scope_is_refused():
    rings = [inside("PARTY_ONLY", "o-1", channels=("INTRANET", "DOCUMENT"))]
    given(opening(rings=rings)).when(releasing()).then_refused(LeaksOutside)


def test_a_scope_that_the_rules_do_not_know_is_refused():
    rings = [inside("EVERYBODY_ELSE", channels=("INTRANET",))]
    given(opening(rings=rings)).when(releasing()).then_refused(LeaksOutside)


def test_a_ring_is_public_when_its_leading_channel_is_confirmed():
    events = given(opening(**OUTSIDE), releasing()).when(noting(0, "WEBSITE")).events()
    assert [type(event) for event in events] == [ChannelNoted, ItemPublished]
    published = events[1]
    assert (published.ring, published.scope, published.occurred_on) == (0, "PUBLIC", DAY)
    assert published.receipts[0]["channel"] == "WEBSITE"
    assert published.receipts[0]["evidence"][0]["sha256"] == "ab" * 32
    assert published.due_on == date(2026, 12, 18)


def test_a_channel_that_does_not_lead_publishes_nothing():
    events = given(opening(**OUTSIDE), releasing()).when(noting(0, "NOTICE_BOARD")).events()
    assert [type(event) for event in events] == [ChannelNoted]


def test_the_outside_ring_is_refused_before_the_inside_one():
    spec = given(opening(**BOTH), releasing())
    spec.when(noting(1, "WEBSITE")).then_refused(TooEarly)


def test_the_outside_ring_cannot_have_happened_on_an_earlier_day_than_the_inside_one():
    spec = given(opening(**BOTH), releasing(), noting(0, "INTRANET", on=TUESDAY))
    spec.when(noting(1, "WEBSITE", on=DAY)).then_refused(TooEarly)


def test_after_the_inside_ring_the_outside_one_follows():
    spec = given(opening(**BOTH), releasing(), noting(0, "INTRANET"))
    events = spec.when(noting(1, "WEBSITE")).events()
    assert [type(event) for event in events] == [ChannelNoted, ItemPublished, PublicationCompleted]
    assert (events[1].ring, events[1].scope) == (1, "PUBLIC")


def test_it_is_complete_when_all_required_channels_are_confirmed_and_not_before():
    spec = given(opening(**OUTSIDE), releasing(), noting(0, "NOTICE_BOARD", on=DAY))
    *_, completed = spec.when(noting(0, "WEBSITE", on=TUESDAY)).events()
    assert isinstance(completed, PublicationCompleted)
    assert completed.channels == ("WEBSITE", "NOTICE_BOARD")
    assert completed.completed_on == TUESDAY


def test_a_channel_noted_twice_changes_nothing():
    given(opening(), releasing(), noting()).when(noting()).then()


def test_a_late_photo_of_an_earlier_round_changes_nothing():
    spec = given(opening(**OUTSIDE), releasing(), opening(revision=2, **OUTSIDE), releasing())
    spec.when(noting(0, "NOTICE_BOARD", round=1)).then()


def test_nothing_is_noted_before_release():
    given(opening()).when(noting()).then()


def test_posting_ends_on_the_day_after_its_last():
    spec = given(opening(**OUTSIDE), releasing(), noting(0, "WEBSITE", until=UNTIL))
    ended = PostingEnded(item_id=cleared().item_id, revision=1, round=1, ended_on=date(2026, 12, 1))
    spec.when(EndPosting(1, date(2026, 12, 2))).then(ended)


def test_posting_does_not_end_on_its_last_day():
    spec = given(opening(**OUTSIDE), releasing(), noting(0, "WEBSITE", until=UNTIL))
    spec.when(EndPosting(1, date(2026, 12, 1))).then_refused(StillPosting)


def test_an_open_end_does_not_end_by_a_timer():
    spec = given(opening(**OUTSIDE), releasing(), noting(0, "WEBSITE"))
    spec.when(EndPosting(1, date(2036, 12, 1))).then_refused(StillPosting)


def test_posting_ends_once_and_an_earlier_rounds_timer_ends_nothing():
    spec = given(
        opening(**OUTSIDE), releasing(), noting(0, "WEBSITE", until=UNTIL),
        EndPosting(1, date(2026, 12, 2)),
    )  # fmt: skip
    spec.when(EndPosting(1, date(2026, 12, 3))).then()
    spec.when(EndPosting(7, date(2026, 12, 3))).then()


def test_a_posting_counted_again_moves_its_end():
    spec = given(opening(**OUTSIDE), releasing(), noting(0, "WEBSITE", until=UNTIL))
    later = PostUntil(date=date(2026, 12, 3))
    spec.when(RecountPosting(1, later)).then(PostingRecounted(round=1, post_until=later))
    spec.when(RecountPosting(1, UNTIL)).then()
    spec.when(RecountPosting(2, later)).then()
