"""given / when / then for a decider: `Spec(ITEM).given(...).when(...).then(...)`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.decider import Decider
from shared.errors import DomainError


@dataclass(frozen=True)
class Spec:
    decider: Decider[Any, Any, Any]
    history: tuple[Any, ...] = ()
    command: Any = None

    def given(self, *history: Any) -> Spec:
        return replace(self, history=history)

    def when(self, command: Any) -> Spec:
        return replace(self, command=command)

    def then(self, *expected: Any) -> None:
        assert list(self.events()) == list(expected)

    def then_refused(self, error: type[DomainError]) -> None:
        with pytest.raises(error):
            self.events()

    def events(self) -> list[Any]:
        """What was decided, for tests that look at a part of it."""
        return list(self.decider.decide(self.command, self.decider.fold(self.history)))
