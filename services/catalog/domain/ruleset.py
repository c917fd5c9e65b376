"""Activated policy sets 公开规则 of one agency: versioned, effective-dated, checked against the law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.domain.errors import PolicyVersionTaken
from services.catalog.domain.values import Key
from services.catalog.policy.model import checked
from shared.decider import Decider
from shared.events import Codec, Event, Json, Wire


class ActivatePolicySet(Wire):
    """`effective_from`: the first legal day on which it is in force."""

    agency: Key
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
    effective_from: date
    policy: Json


class PolicySetActivated(ActivatePolicySet, Event):
    """规则启用; carries the whole set, every service keeps its copy."""

    type: Literal["catalog.policy-set-activated.v1"] = "catalog.policy-set-activated.v1"


@dataclass(frozen=True)
class Ruleset:
    versions: dict[str, PolicySetActivated] = field(default_factory=dict)


def decide(command: ActivatePolicySet, ruleset: Ruleset) -> Sequence[PolicySetActivated]:
    """Raises Invalid, LooserThanLaw (policy/model.py), PolicyVersionTaken."""
    checked(command.policy)
    event = PolicySetActivated(**command.model_dump())
    known = ruleset.versions.get(command.version)
    if known is None:
        return [event]
    if known != event:
        raise PolicyVersionTaken(field="version")
    return []


def evolve(ruleset: Ruleset, event: PolicySetActivated) -> Ruleset:
    return Ruleset({**ruleset.versions, event.version: event})


RULESET_DECIDER = Decider(Ruleset(), decide, evolve)
RULESET_CODEC: Codec[PolicySetActivated] = Codec(PolicySetActivated)
