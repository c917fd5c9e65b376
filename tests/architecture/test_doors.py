"""Every route of every service: closed to those who are not signed in, unless written down here, and
closed to forms of other sites."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from shared.runtime import Service
from tests.architecture.services import EVERY
from tests.conftest import TestPostgres
from tests.kernel import ORIGIN, Running, running, token

# What anybody may ask for: method and path below the service, and why.
KERNEL = {
    "GET /healthz": "for whoever watches the processes: no data",
    "GET /readyz": "the same: counts only",
    "GET /api/openapi.json": "the description of the interface",
}
LEADS_ON = {"GET /": "leads to a page that asks to sign in"}
OPEN: dict[str, dict[str, str]] = {
    "catalog": LEADS_ON | {"GET /api/v1/calendars/shipped": "the State Council's notices"},
    "approval": LEADS_ON,
    "publisher": {
        "GET /": "leads to the public website",
        "GET /search": "citizens search what is public",
        "GET /kiosk/{agency}": "the notice board's screen",
        "GET /large": "large print, and back",
    },
    "feedback": {
        "GET /items/{item_id}/new": "a citizen writes an opinion",
        "POST /items/{item_id}/opinions": "and sends it",
        "PUT /api/v1/feedbacks/{id}": "the same for programs",
        "GET /receipts": "what became of it, by receipt number",
        "GET /api/v1/receipts/{number}": "the same for programs",
    },
    "audit": {
        "GET /log/checkpoint": "what the log commits to, for anybody who checks",
        "GET /log/tile/{path:path}": "hashes and entries, without personal data",
        "GET /log/policy.txt": "our keys and the witnesses",
        "GET /log/anchors/": "the daily notices, for everybody",
        "GET /log/anchors/{day}.txt": "a day's checkpoint",
        "GET /log/anchors/{day}.pdf": "the same to print",
        "GET /log/gongkai_verify.py": "the offline verifier, to take away",
        "GET /log/verify.html": "the same as a page",
    },
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def doors(run: Running) -> Iterator[tuple[str, str]]:
    """(method, path below the service) of every route."""
    prefix = f"/{run.service.name}"
    for route in iter_route_contexts(run.app.routes):
        path = route.path or ""
        assert route.methods, f"{path}: what lies below cannot be listed"
        assert path.startswith(prefix), f"{path} lies outside {prefix}"
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            yield method, path.removeprefix(prefix)


def filled(path: str) -> str:
    """Parameters replaced by something that exists nowhere."""
    return re.sub(r"\{(\w+)(:\w+)?\}", "1", path)


@pytest.fixture(params=EVERY, ids=lambda service: service.name)
async def run(request: pytest.FixtureRequest, postgres: TestPostgres) -> AsyncIterator[Running]:
    service: Service = request.param
    async with running(service, postgres) as service_running:
        yield service_running


def asks_to_sign_in(answer: httpx.Response) -> bool:
    if answer.status_code == 303:
        return answer.headers["location"].startswith("/signin/?next=")
    return answer.status_code == 401


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_without_a_token_every_route_asks_to_sign_in_unless_written_down(
    run: Running, accept: str
):
    opened = set()
    for method, path in doors(run):
        url, headers = f"/{run.service.name}{filled(path)}", {"Accept": accept, "Origin": ORIGIN}
        answer = await run.http.request(method, url, headers=headers)
        assert answer.status_code < 500, (method, path, answer.text)
        if not asks_to_sign_in(answer):
            opened.add(f"{method} {path}")
    assert opened == KERNEL.keys() | OPEN.get(run.service.name, {}).keys()


async def test_a_form_of_another_site_is_refused_by_every_route(run: Running):
    cookie = {"Cookie": f"gongkai_token={token('p-1')}", "Origin": "https://elsewhere.test"}
    closed = 0
    for method, path in doors(run):
        if method in UNSAFE:
            url = f"/{run.service.name}{filled(path)}"
            answer = await run.http.request(method, url, headers=cookie)
            assert answer.status_code == 403, (method, path, answer.text)
            assert answer.json()["type"] == "urn:gongkai:problem:cross-site"
            closed += 1
    assert closed


async def test_a_damaged_expired_or_invented_token_opens_nothing(run: Running):
    for bad in (token("p-1") + "x", token("p-1", seconds=-1), "x.y.z"):
        for method, path in doors(run):
            url = f"/{run.service.name}{filled(path)}"
            headers = {"Authorization": f"Bearer {bad}"}
            if f"{method} {path}" not in KERNEL | OPEN.get(run.service.name, {}):
                answer = await run.http.request(method, url, headers=headers)
                assert answer.status_code == 401, (method, path, answer.text)
