"""The data files that come with the product: national rules, sample agency rules, calendar years."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from shared.events import Json
from shared.workdays import CalendarYear


def read(name: str) -> Json:
    """One data file as a dict."""
    text = (
        resources.files("services.catalog.policy")
        .joinpath("data", f"{name}.toml")
        .read_text("utf-8")
    )
    data: Json = tomllib.loads(text)
    return data


def policy_set(overlay: str | None = None) -> Json:
    """The national set, or the national set with an agency's additions: the whole set in JSON form.

    Limits and minimums of the overlay are added (the stricter wins); everything else is replaced by name.
    """
    whole = read("national")
    return _laid_over(whole, read(overlay)) if overlay else whole


def calendar_years() -> list[CalendarYear]:
    return [CalendarYear.model_validate(year) for year in read("calendar")["years"]]


def _laid_over(base: Json, over: Json) -> Json:
    result = dict(base)
    for name, value in over.items():
        old: Any = base.get(name)
        if name == "limits":
            result[name] = [*value, *old]
        elif isinstance(value, dict) and isinstance(old, dict):
            result[name] = _laid_over(old, value) if name == "posting" else {**old, **value}
        elif name == "minimums":
            result[name] = [*value, *old]
        else:
            result[name] = value
    return result
