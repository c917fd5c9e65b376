"""What a form or address asks for, read once for pages and the JSON API."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query

from services.audit.queries import Wanted
from shared.errors import Invalid
from shared.workdays import start_of

Index = Annotated[int | None, Query(ge=0, lt=2**63)]


class NoDay(Invalid):
    text = "日期请按“2026-11-23”的格式填写"


def wanted(
    agency: str = "",
    type: str = "",
    actor: str = "",
    item: str = "",
    since: str = "",
    until: str = "",
    before: Index = None,
    after: Index = None,
) -> Wanted:
    """Days are legal days (Asia/Shanghai), both included. Raises NoDay."""
    return Wanted(
        agency or None,
        type or None,
        actor.strip() or None,
        item.strip() or None,
        _start(since, "since"),
        _start(until, "until", timedelta(days=1)),
        before,
        after,
    )


def _start(text: str, field: str, plus: timedelta = timedelta()) -> datetime | None:
    if not text:
        return None
    try:
        return start_of(date.fromisoformat(text) + plus)
    except (ValueError, OverflowError):
        raise NoDay(field=field) from None


Events = Annotated[Wanted, Depends(wanted)]
Window = Annotated[str, Query(pattern="^(hours|days)$")]
