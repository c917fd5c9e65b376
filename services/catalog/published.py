"""Which facts leave catalog, and in what words."""

from __future__ import annotations

from services.catalog.domain.item_events import ItemEvent, ItemProgressed
from services.catalog.domain.people import DirectoryEvent, PersonRegistered
from services.catalog.domain.rules import RuleEvent
from shared.events import Json


def publish_item(event: ItemEvent) -> Json | None:
    """All but the working facts; their `type` is the message's header."""
    if isinstance(event, ItemProgressed):
        return None
    return _without_type(event.wire())


def publish_directory(event: DirectoryEvent) -> Json | None:
    if isinstance(event, PersonRegistered):
        return None
    return _without_type(event.wire())


def publish_rule(event: RuleEvent) -> Json:
    return _without_type(event.wire())


def _without_type(data: Json) -> Json:
    return {name: value for name, value in data.items() if name != "type"}
