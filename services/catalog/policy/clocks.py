"""By when an item must be public, from its dates and the policy set; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.catalog.policy.model import Limit, PolicySet
from shared.workdays import Calendar, Explained, Rule, due, earliest


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
    A change starts the clock anew, so with CHANGED the FORMED clock no longer runs. A limit with a
    special basis takes the place of the general ones of its start event. None when no clock runs yet.
    """
    running = {
        name: day for name, day in starts.items() if name != "FORMED" or "CHANGED" not in starts
    }
    fitting = [
        (limit, event)
        for limit in policy.limits
        if _fits(limit.duration_classes, duration_class)
        and _fits(limit.categories, category)
        and _fits(limit.affairs_types, affairs_type)
        for event in limit.start_events
        if event in running
    ]
    special = {event for limit, event in fitting if limit.special_basis}
    found = [
        due(calendar, running[event], limit.term, _rule(limit), event)
        for limit, event in fitting
        if limit.special_basis or event not in special
    ]
    return earliest(found) if found else None


def _rule(limit: Limit) -> Rule:
    """The limit's source; a special basis is part of the explanation."""
    if not limit.special_basis:
        return limit.rule
    article = f"{limit.rule.article}（特殊依据：{limit.special_basis}）"
    return limit.rule.model_copy(update={"article": article})


def _fits(wanted: tuple[str, ...], value: str) -> bool:
    return not wanted or value in wanted
