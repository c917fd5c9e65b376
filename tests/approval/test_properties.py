"""Whatever is asked in whatever order: no approval with a repeated person or another text."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.approval.domain.chain import DEFAULT
from services.approval.domain.deciding import REVIEW_DECIDER
from services.approval.domain.events import ItemApproved
from shared.errors import DomainError
from tests.approval.story import (
    HASH,
    LEADER_CHAIN,
    OFFICE_CHAIN,
    by,
    cancelling,
    opening,
    passing,
    returning,
    withholding,
)

PEOPLE = ("p-chen", "p-du", "p-li", "p-wang", "p-zhou", "p-qian")
ROLES = ("SECRECY_REVIEWER", "DISCLOSURE_OFFICE", "DEPUTY_LEADER", "PRINCIPAL_LEADER")
hashes = st.sampled_from((HASH, HASH, HASH, "0" * 64))
persons = st.builds(by, st.sampled_from(PEOPLE), st.sampled_from(ROLES))
passes = st.builds(passing, persons, seen=hashes, cleared=hashes)
openings = st.sampled_from(
    [opening(chain, submittedBy="p-du") for chain in (DEFAULT, OFFICE_CHAIN, LEADER_CHAIN)]
)
commands = st.one_of(
    passes,
    passes,
    passes,
    openings,
    st.builds(returning, persons, seen=hashes),
    st.builds(withholding, persons, seen=hashes),
    st.just(cancelling()),
)


def history(asked: list[Any]) -> list[Any]:
    """What happened when each command was asked in turn; refusals change nothing."""
    facts: list[Any] = []
    for command in asked:
        try:
            facts += REVIEW_DECIDER.decide(command, REVIEW_DECIDER.fold(facts))
        except DomainError:
            continue
    return facts


@settings(max_examples=400, deadline=None)
@given(openings, st.lists(commands, max_size=40))
def test_no_order_of_commands_approves_with_a_repeated_person_or_another_text(
    first: Any, rest: list[Any]
):
    for fact in history([first, *rest]):
        if isinstance(fact, ItemApproved):
            people = [decision.person for decision in fact.decisions]
            assert len({*people, fact.drafter, "p-du"}) == len(people) + 2
            assert {decision.manifest_hash for decision in fact.decisions} == {fact.manifest_hash}
            assert fact.manifest_hash == HASH
            assert fact.decisions[0].step == "SECRECY"


@settings(max_examples=100, deadline=None)
@given(openings, st.permutations(PEOPLE[2:]))
def test_approvals_do_happen(first: Any, people: list[str]):
    roles = [step.roles[0] for step in first.chain.steps]
    asked = [passing(by(person, role)) for person, role in zip(people, roles, strict=False)]
    assert isinstance(history([first, *asked])[-1], ItemApproved)
