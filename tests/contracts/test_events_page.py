"""The list of events that leave is the one in docs/events.md, and every one has a Chinese name."""

from __future__ import annotations

import json

import pytest

from services.audit.domain.timeline import TYPES
from tests.contracts.events_page import PAGE, ROOT, page

CONTRACTS = sorted((ROOT / "shared/contracts").glob("*.json"))


def test_the_page_is_what_the_examples_say():
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_an_example_is_filed_under_its_type_and_has_a_name_for_inspectors(path):
    kind = json.loads(path.read_text("utf-8"))["type"]
    assert path.stem == kind
    assert kind in TYPES
