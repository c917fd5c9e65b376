"""Chains are data: which steps a document goes through."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.approval.domain.chain import DEFAULT, Chain, Step, chain_of
from tests.approval.story import step

OFFICE_PRE = step("OFFICE_PRE", "DISCLOSURE_OFFICE", when="POLICY_NOT_PROACTIVE")
WITH_PRE = Chain(
    steps=(
        step("SECRECY", "SECRECY_REVIEWER"),
        OFFICE_PRE,
        step("LEADER", "PRINCIPAL_LEADER"),
    )
)


def names(chain: Chain, document: str | None, attribute: str) -> list[str]:
    return [step.step for step in chain.for_document(document, attribute).steps]


def test_a_policy_not_to_be_public_goes_to_the_office_before_the_leader():
    assert names(WITH_PRE, "POLICY", "ON_REQUEST") == ["SECRECY", "OFFICE_PRE", "LEADER"]
    assert names(WITH_PRE, "POLICY", "WITHHELD") == ["SECRECY", "OFFICE_PRE", "LEADER"]


def test_a_public_policy_and_other_documents_skip_that_step():
    assert names(WITH_PRE, "POLICY", "PROACTIVE") == ["SECRECY", "LEADER"]
    assert names(WITH_PRE, "NOTICE", "WITHHELD") == ["SECRECY", "LEADER"]


def test_a_chain_without_secrecy_review_gets_one_in_front():
    bare = Chain(steps=(step("OFFICE", "DISCLOSURE_OFFICE"),))
    assert names(bare, None, "PROACTIVE") == ["SECRECY", "OFFICE"]


def test_an_unknown_name_means_the_sets_default_and_without_one_our_own():
    policy = {
        "chains": {"default": {"steps": [{"step": "OFFICE", "roles": ["DISCLOSURE_OFFICE"]}]}}
    }
    assert chain_of(policy, "nowhere").steps == (Step(step="OFFICE", roles=("DISCLOSURE_OFFICE",)),)
    assert chain_of({}, "nowhere") == DEFAULT
    assert [s.step for s in DEFAULT.steps] == ["SECRECY", "OFFICE", "LEADER"]


def test_who_releases_is_data_too():
    steps = [{"step": "SECRECY", "roles": ["SECRECY_REVIEWER"], "aFieldAddedLater": 1}]
    policy = {"chains": {"fast": {"steps": steps, "release": "POLICY"}}}
    assert chain_of(policy, "fast").for_document(None, "PROACTIVE").release == "POLICY"


def test_a_step_that_nobody_may_decide_is_no_chain():
    with pytest.raises(ValidationError):
        chain_of({"chains": {"default": {"steps": [{"step": "OFFICE", "roles": []}]}}}, "default")
