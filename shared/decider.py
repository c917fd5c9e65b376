"""The pure heart of an aggregate: decide (what is allowed) and evolve (what is remembered)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Generic, TypeVar

from shared.events import Event

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """`decide(command, state) -> events` may refuse; `evolve(state, event) -> state` never does."""

    initial: S
    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]

    def fold(self, history: Iterable[E]) -> S:
        return reduce(self.evolve, history, self.initial)
