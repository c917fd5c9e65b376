"""Catalog running on the real database, set up through its own routes as an operator would."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.catalog.main import SERVICE
from services.catalog.policy.files import calendar_years
from shared.events import Json
from tests.catalog.story import AGENCIES, ITEM, ORGANS, PEOPLE, SFJ, contract, form
from tests.kernel import Running, running

API = "/catalog/api/v1"


@dataclass
class World:
    """Catalog with agencies, people, rules and calendars."""

    run: Running

    async def ask(self, who: str, method: str, path: str, **sent: Any) -> httpx.Response:
        async with self.run.as_(who) as http:
            return await http.request(method, API + path, **sent)

    async def ok(self, who: str, method: str, path: str, **sent: Any) -> Any:
        """The answer's JSON; fails the test with the problem's text."""
        answer = await self.ask(who, method, path, **sent)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def refused(self, status: int, who: str, method: str, path: str, **sent: Any) -> Json:
        """The problem; it always has a Chinese text."""
        answer = await self.ask(who, method, path, **sent)
        assert answer.status_code == status, answer.text
        problem: Json = answer.json()
        assert re.search("[\u4e00-\u9fff]", str(problem.get("detail", problem["title"])))
        return problem

    async def draft(self, item: str = ITEM, who: str = "p-chen", **changes: Any) -> Json:
        data: Json = await self.ok(who, "PUT", f"/items/{item}", json=form(**changes))
        return data

    async def submit(self, item: str = ITEM, who: str = "p-chen") -> None:
        await self.ok(who, "POST", f"/items/{item}/submit", json={})

    async def item(self, item: str = ITEM, who: str = "p-chen") -> Json:
        data: Json = await self.ok(who, "GET", f"/items/{item}")
        return data

    async def hears(self, type: str, **changes: Any) -> None:
        """Another service says the agreed words about the item, with changes."""
        data = contract(type) | {"itemId": ITEM, "revision": 1, "agency": SFJ} | changes
        stream = f"{type.partition('.')[0]}-{data['itemId']}"
        await self.run.receive(self.run.message(type, data, stream, SFJ))

    async def types(self, stream: str = f"item-{ITEM}") -> list[str]:
        return [m.type.split(".")[1] for m in await self.run.sent() if m.stream == stream]


async def set_up(world: World) -> None:
    """Rules and calendars, then the directory."""
    body: Json = {"effectiveFrom": "2024-01-01", "overlay": None}
    await world.ok("service:setup", "PUT", "/policies/national/2026.1", json=body)
    for year in calendar_years():
        await world.ok("service:setup", "PUT", f"/calendars/{year.year}", json=year.wire())
    for agency, (name, parent, code) in AGENCIES.items():
        body = {"name": name, "parentId": parent, "code": code}
        await world.ok("service:setup", "PUT", f"/agencies/{agency}", json=body)
    for organ, agency in ORGANS.items():
        body = {"agencyId": agency, "name": "办公室"}
        await world.ok("service:setup", "PUT", f"/organs/{organ}", json=body)
    for person, (name, organ, position, roles) in reversed(PEOPLE.items()):
        agency = ORGANS[organ]
        body = {"agencyId": agency, "name": name}
        await world.ok("service:setup", "PUT", f"/people/{person}", json=body)
        body = {"agencyId": agency, "organId": organ, "position": position, "roles": roles,
                "since": "2024-01-01"}  # fmt: skip
        await world.ok("service:setup", "POST", f"/people/{person}/appointments", json=body)


@pytest.fixture
async def world(postgres: Any) -> AsyncIterator[World]:
    async with running(SERVICE, postgres) as run:
        made = World(run)
        await set_up(made)
        yield made
