"""Organ 组织: leading groups, Party branches and sections inside an agency (S1-07, S2-31, S2-34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.catalog.domain.errors import OrganElsewhere
from services.catalog.domain.values import Key, Name, OrganKind
from shared.decider import Decider
from shared.events import Codec, Event, Wire


class EstablishOrgan(Wire):
    organ_id: Key
    agency_id: Key
    name: Name
    kind: OrganKind = "SECTION"
    parent_id: Key | None = None


class OrganEstablished(EstablishOrgan, Event):
    """组织设立; establishing again changes name, kind or parent."""

    type: Literal["catalog.organ-established.v1"] = "catalog.organ-established.v1"


@dataclass(frozen=True)
class Organ:
    known: OrganEstablished | None = None


def decide(command: EstablishOrgan, organ: Organ) -> Sequence[OrganEstablished]:
    """Raises OrganElsewhere."""
    if organ.known and organ.known.agency_id != command.agency_id:
        raise OrganElsewhere(field="organId")
    event = OrganEstablished(**command.model_dump())
    return [] if event == organ.known else [event]


def evolve(_: Organ, event: OrganEstablished) -> Organ:
    return Organ(event)


ORGAN_DECIDER = Decider(Organ(), decide, evolve)
ORGAN_CODEC: Codec[OrganEstablished] = Codec(OrganEstablished)
