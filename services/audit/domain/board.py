"""What the live board counts, and in which windows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

KINDS: Mapping[str, str] = {
    "catalog.item-drafted.v1": "drafted",
    "approval.item-approved.v1": "approved",
    "publisher.item-published.v1": "published",
    "feedback.feedback-answered.v1": "answered",
}
NAMES: Mapping[str, str] = {
    "drafted": "拟稿", "approved": "批准", "published": "公开", "answered": "答复意见",
}  # fmt: skip
KEPT = timedelta(days=31)

Cell = tuple[str, str, datetime]  # agency, kind, hour


def hour_of(moment: datetime) -> datetime:
    """The beginning of the hour (UTC) in which it happened."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def count(events: Iterable[tuple[str, str, datetime]]) -> Counter[Cell]:
    """Events as (type, agency, time); what the board does not show is left out."""
    return Counter(
        (agency, KINDS[type], hour_of(time)) for type, agency, time in events if type in KINDS
    )


def drift(shown: Mapping[Cell, int], right: Mapping[Cell, int]) -> int:
    """By how many events the board was off, too many and too few alike."""
    return sum(abs(shown.get(cell, 0) - right.get(cell, 0)) for cell in {*shown, *right})
