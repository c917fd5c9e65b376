"""Policy sets and calendar years as facts: they carry the whole set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.errors import AlreadyThere
from shared.decider import Decider
from shared.events import Codec, Event, Json


class PolicySetActivated(Event):
    """规则启用. A version never changes; another set is another version."""

    type: Literal["catalog.policy-set-activated.v1"] = "catalog.policy-set-activated.v1"
    agency: str
    version: str
    effective_from: date
    policy: Json


class CalendarPublished(Event):
    """日历发布. An estimated year is published again when the notice is out."""

    type: Literal["catalog.calendar-published.v1"] = "catalog.calendar-published.v1"
    year: int
    calendar: Json


RuleEvent = PolicySetActivated | CalendarPublished
RULE_CODEC: Codec[RuleEvent] = Codec(Annotated[RuleEvent, Field(discriminator="type")])


@dataclass(frozen=True)
class Activate:
    """State a rule. Stating the same again changes nothing; raises AlreadyThere for a changed version."""

    fact: RuleEvent


def decide(command: Activate, last: RuleEvent | None) -> Sequence[RuleEvent]:
    if command.fact == last:
        return []
    if isinstance(command.fact, PolicySetActivated) and last is not None:
        raise AlreadyThere("该版本的公开规则已启用且内容不同，请使用新的版本号", field="version")
    return [command.fact]


def _remember(_: RuleEvent | None, event: RuleEvent) -> RuleEvent | None:
    return event


INITIAL: RuleEvent | None = None
RULES = Decider(initial=INITIAL, decide=decide, evolve=_remember)
