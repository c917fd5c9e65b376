"""What the leaves alone tell of completeness: streams without gaps, days that count right. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.audit.domain.day import Tally
from services.audit.domain.entry import DAY, RESERVED
from shared.events import Json

MOST = 10_000  # missing versions of one stream that are counted one by one


@dataclass
class Continuity:
    """Takes every leaf in order. A version that comes later closes its gap."""

    highest: dict[str, int] = field(default_factory=dict)
    missing: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    services: dict[str, str] = field(default_factory=dict)
    day: Tally = field(default_factory=Tally)
    days: dict[int, Tally] = field(default_factory=dict)

    def add(self, index: int, leaf: Json) -> None:
        """A day's entry is the first of the next day."""
        if leaf["type"] == DAY:
            self.days[index] = self.day
            self.day = Tally()
        self.day.count(leaf)
        if leaf["type"] not in RESERVED:
            self._version(leaf["id"].rpartition(":")[0], leaf["av"], leaf["svc"])

    def gaps(self) -> Iterator[str]:
        """In words, by stream, what is missing between versions."""
        for stream, versions in self.missing.items():
            for first, last in _ranges(versions):
                service = self.services[stream]
                yield f"「{service}」事件流 {stream} 缺少第 {first} 至 {last} 版"

    def _version(self, stream: str, version: int, service: str) -> None:
        high = self.highest.get(stream, 0)
        if version > high:
            if version > high + 1:
                self.missing[stream].update(range(high + 1, min(version, high + MOST)))
                self.services[stream] = service
            self.highest[stream] = version
        elif stream in self.missing:
            self.missing[stream].discard(version)


def _ranges(versions: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for version in sorted(versions):
        if found and found[-1][1] == version - 1:
            found[-1] = (found[-1][0], version)
        else:
            found.append((version, version))
    return found
