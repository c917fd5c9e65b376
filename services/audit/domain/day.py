"""The day's entry (日结): how many entries of which type and agency, up to which place of each service. Pure.

Counted from the leaves alone, so that whoever holds them can count again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import orjson

from shared.events import Json


@dataclass
class Tally:
    """Counts over a range of leaves, and the highest position of each service in it."""

    types: Counter[str] = field(default_factory=Counter)
    agencies: Counter[str] = field(default_factory=Counter)
    positions: dict[str, int] = field(default_factory=dict)

    def add(self, leaf: bytes) -> None:
        """Raises ValueError or KeyError for what is no leaf."""
        self.count(orjson.loads(leaf))

    def count(self, said: Json) -> None:
        """The same for a leaf already read."""
        self.types[said["type"]] += 1
        self.agencies[said["org"]] += 1
        service = said["svc"]
        self.positions[service] = max(self.positions.get(service, 0), said["position"])

    @property
    def total(self) -> int:
        return self.types.total()


def said_of(day: str, first: int, counted: Tally) -> Json:
    """What the day's entry says: entries `first` to `end` − 1 were taken in until the day was closed."""
    return {
        "day": day,
        "first": first,
        "end": first + counted.total,
        "types": _pairs(counted.types),
        "agencies": _pairs(counted.agencies),
        "positions": _pairs(counted.positions),
    }


def days_to_close(last: date | None, opened: date, today: date) -> Iterator[date]:
    """The days that are over and have no entry yet; `opened` is that of the first entry."""
    day = last + timedelta(days=1) if last else opened
    while day < today:
        yield day
        day += timedelta(days=1)


def _pairs(numbers: dict[str, int]) -> list[list[str | int]]:
    return [[name, n] for name, n in sorted(numbers.items())]
