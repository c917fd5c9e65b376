"""Scope × channel guard: what is not PUBLIC never reaches a channel that citizens see."""

from __future__ import annotations

from collections.abc import Sequence

from services.publisher.domain.clearance import Ring
from services.publisher.domain.errors import LeaksOutside

# Channels that citizens can see. Whatever the policy says, only scope PUBLIC reaches them.
OUTSIDE = frozenset(
    {
        "WEBSITE", "WECHAT", "NOTICE_BOARD", "PRESS", "RADIO_TV", "GAZETTE", "LEAFLET",
        "SERVICE_HALL", "LIVE_BROADCAST", "OTHER",
    }
)  # fmt: skip


def guard(rings: Sequence[Ring]) -> None:
    """Raises LeaksOutside when a ring that is not PUBLIC names a channel that citizens see."""
    for ring in rings:
        if ring.scope != "PUBLIC" and OUTSIDE & set(ring.channels):
            raise LeaksOutside
