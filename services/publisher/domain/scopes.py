"""Scope × channel guard: what is not PUBLIC reaches no channel that citizens see (S2-21, S2-22, S3-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.publisher.domain.clearance import Ring
from services.publisher.domain.errors import LeaksOutside

# Scope → channels that the policy set allows.
Matrix = Mapping[str, frozenset[str]]

# The only channels that stay inside. Whatever a policy says, everything else counts as seen by citizens.
INSIDE = frozenset(
    {"INTRANET", "INTERNAL_BOARD", "MEETING", "DOCUMENT", "CIRCULAR", "BRIEFING"}
)  # fmt: skip


def guard(rings: Sequence[Ring], matrix: Matrix) -> None:
    """Raises LeaksOutside when a ring names a channel that its scope does not allow."""
    for ring in rings:
        channels = set(ring.channels)
        if ring.scope != "PUBLIC" and channels - INSIDE:
            raise LeaksOutside
        if channels - matrix.get(ring.scope, frozenset()):
            raise LeaksOutside
