"""The aggregates of catalog as the kernel sees them."""

from __future__ import annotations

from typing import Any

from services.catalog.domain.item import ITEM as ITEM_DECIDER
from services.catalog.domain.item_commands import ItemCommand
from services.catalog.domain.item_events import ITEM_CODEC, ItemEvent
from services.catalog.domain.item_state import Item
from services.catalog.domain.people import DIRECTORY, DIRECTORY_CODEC
from services.catalog.domain.rules import RULE_CODEC, RULES
from services.catalog.projections import project_directory, project_item, project_rule
from services.catalog.published import publish_directory, publish_item, publish_rule
from shared.facts import Aggregate

ITEM: Aggregate[ItemCommand, Item, ItemEvent] = Aggregate(
    "item", ITEM_DECIDER, ITEM_CODEC, project_item, publish_item
)


def _directory(category: str) -> Aggregate[Any, Any, Any]:
    return Aggregate(category, DIRECTORY, DIRECTORY_CODEC, project_directory, publish_directory)


def _rule(category: str) -> Aggregate[Any, Any, Any]:
    return Aggregate(category, RULES, RULE_CODEC, project_rule, publish_rule)


AGENCY, ORGAN, PERSON = _directory("agency"), _directory("organ"), _directory("person")
POLICY, CALENDAR = _rule("policy"), _rule("calendar")
AGGREGATES = (AGENCY, ORGAN, PERSON, POLICY, CALENDAR, ITEM)
