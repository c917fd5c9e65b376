"""The data files that come with the product: national rules, sample agency rules, calendar years."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from shared.errors import Invalid
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
    return laid_over(whole, read(overlay)) if overlay else whole


def calendar_years() -> list[CalendarYear]:
    return [CalendarYear.model_validate(year) for year in read("calendar")["years"]]


def parsed(data: bytes) -> Json:
    """A file in the form of those that come with the product. Raises Invalid, saying where it breaks off."""
    try:
        found: Json = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid("文件须为 UTF-8 编码的 TOML 文本", field="file") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"文件不是有效的 TOML：{error}", field="file") from None
    return found


def laid_over(base: Json, over: Json) -> Json:
    """A set with another one's additions: limits and minimums are added, the rest is replaced by name."""
    result = dict(base)
    for name, value in over.items():
        old: Any = base.get(name)
        if name in ("limits", "minimums") and not isinstance(value, list):
            raise Invalid(f"规则文件中「{name}」应为多项（[[{name}]]）", field=name)
        if name in ("limits", "minimums"):
            result[name] = [*value, *old]
        elif isinstance(value, dict) and isinstance(old, dict):
            result[name] = laid_over(old, value) if name == "posting" else {**old, **value}
        else:
            result[name] = value
    return result
