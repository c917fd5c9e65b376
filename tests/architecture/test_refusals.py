"""Every refusal in the tree reaches people as a problem with a Chinese text and its kind's status."""

from __future__ import annotations

import importlib
import pkgutil
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import deploy
import services
import shared
from shared.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    OutOfSpace,
    Unavailable,
)
from shared.http import TooMany, install
from shared.pages import Pages

CHINESE = re.compile(r"[一-鿿]{4}")
# Written down here once more on purpose: a changed number must be noticed.
STATUS = {
    NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422, TooMany: 429, Unavailable: 503,
    OutOfSpace: 507,
}  # fmt: skip


def import_everything() -> None:
    """So that every subclass is known. Programs' entry points are left alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that are imported here for the first time
        for package in (services, shared, deploy):
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                if not module.name.endswith("__main__"):
                    importlib.import_module(module.name)


def kinds(parent: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for child in parent.__subclasses__():
        if not child.__module__.startswith("tests."):
            yield child
            yield from kinds(child)


import_everything()
REFUSALS = sorted(set(kinds()), key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


async def answer(error: DomainError, accept: str) -> httpx.Response:
    app = FastAPI()
    install(app, Pages(Path(__file__).parent))

    @app.get("/x")
    async def refuse() -> None:
        raise error

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gongkai.test") as http:
        return await http.get("/x", headers={"Accept": accept})


def test_the_tree_has_refusals_of_every_kind():
    assert len(REFUSALS) > 40
    for kind in STATUS:
        assert any(issubclass(refusal, kind) for refusal in REFUSALS)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
async def test_a_refusal_becomes_a_problem_in_chinese(refusal: type[DomainError]):
    expected = next((code for kind, code in STATUS.items() if issubclass(refusal, kind)), None)
    assert expected, f"{refusal} is of no known kind"
    error = refusal.__new__(refusal)
    DomainError.__init__(error, field="someField")
    problem = await answer(error, "application/json")
    assert problem.status_code == expected
    assert problem.headers["content-type"] == "application/problem+json"
    body = problem.json()
    assert (body["status"], body["field"]) == (expected, "someField")
    assert CHINESE.search(body["title"])
    assert CHINESE.search(body["detail"])
    assert body["type"].startswith("urn:gongkai:problem:")
    assert body["correlationId"] == problem.headers["x-correlation-id"]


async def test_people_get_the_same_refusal_as_a_page():
    page = await answer(Conflict(), "text/html")
    assert page.status_code == 409
    assert Conflict.text in page.text
    assert "<html" in page.text


def test_every_refusal_says_something_of_its_own():
    """Two different refusals with one text leave people guessing."""
    texts: dict[str, list[str]] = {}
    for refusal in REFUSALS:
        if "text" in vars(refusal):
            service = refusal.__module__.rpartition(".domain")[0] or refusal.__module__
            texts.setdefault(f"{service}: {refusal.text}", []).append(refusal.__name__)
    assert [names for names in texts.values() if len(names) > 1] == []
