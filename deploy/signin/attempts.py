"""Counts failed sign-ins, so that passwords cannot be guessed by trying."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

PER_LOGIN = 5
PER_ADDRESS = 50
WINDOW = 300.0
REMEMBERED = 10_000


@dataclass
class Attempts:
    """Failures of the last five minutes, per login name at an address and per address."""

    clock: Callable[[], float]
    failures: dict[Hashable, deque[float]] = field(default_factory=dict)

    def wait(self, login: str, address: str) -> float:
        """Seconds until another try is allowed; 0 when it is allowed now."""
        limits = {(login, address): PER_LOGIN, address: PER_ADDRESS}
        return max(self._wait(key, limit) for key, limit in limits.items())

    def failed(self, login: str, address: str) -> None:
        """Count one failure."""
        if len(self.failures) > REMEMBERED:
            self._forget_old()
        for key in ((login, address), address):
            self.failures.setdefault(key, deque(maxlen=PER_ADDRESS)).append(self.clock())

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of this login at this address."""
        self.failures.pop((login, address), None)

    def _wait(self, key: Hashable, limit: int) -> float:
        times = self.failures.get(key, deque())
        while times and times[0] <= self.clock() - WINDOW:
            times.popleft()
        return 0.0 if len(times) < limit else times[-limit] + WINDOW - self.clock()

    def _forget_old(self) -> None:
        limit = self.clock() - WINDOW
        self.failures = {key: times for key, times in self.failures.items() if times[-1] > limit}
