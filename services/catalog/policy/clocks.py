"""By when an item must be public, from its dates and the policy set; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.catalog.policy.model import PolicySet
from shared.workdays import Calendar, Explained, due, earliest


def publication_limit(
    policy: PolicySet,
    calendar: Calendar,
    starts: Mapping[str, date],
    *,
    duration_class: str,
    category: str,
    affairs_type: str,
) -> Explained | None:
    """The earliest of all clocks that run (OGI Regulations art. 26; S2-27, S2-29, S3-17).

    `starts` maps start events that have happened (FORMED, CHANGED, EVENT, DETERMINED) to legal days.
    A change starts the clock anew, so with CHANGED the FORMED clock no longer runs.
    None when no clock runs yet.
    """
    running = {
        name: day for name, day in starts.items() if name != "FORMED" or "CHANGED" not in starts
    }
    found = [
        due(calendar, running[event], limit.term, limit.rule, event)
        for limit in policy.limits
        if _fits(limit.duration_classes, duration_class)
        and _fits(limit.categories, category)
        and _fits(limit.affairs_types, affairs_type)
        for event in limit.start_events
        if event in running
    ]
    return earliest(found) if found else None


def _fits(wanted: tuple[str, ...], value: str) -> bool:
    return not wanted or value in wanted
