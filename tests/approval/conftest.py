"""Approval running on the real database, with people, a policy and a catalog to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.approval.main import SERVICE
from shared.events import Json
from tests.approval.standin import Catalog, standing
from tests.approval.story import AGENCY, ITEM, NOTICE, contract
from tests.kernel import Running, running

POLICY: Json = {
    "chains": {
        "default": {
            "steps": [
                {"step": "SECRECY", "roles": ["SECRECY_REVIEWER"]},
                {"step": "OFFICE", "roles": ["DISCLOSURE_OFFICE"]},
                {"step": "LEADER", "roles": ["PRINCIPAL_LEADER", "DEPUTY_LEADER"]},
            ],
            "release": "OFFICE",
        }
    }
}
STAFF = {
    "p-chen": ("DRAFTER", "科员"),
    "p-li": ("SECRECY_REVIEWER", "保密审查员"),
    "p-wang": ("DISCLOSURE_OFFICE", "政务公开办主任"),
    "p-zhou": ("PRINCIPAL_LEADER", "局长"),
    "p-qian": ("DEPUTY_LEADER", "副局长"),
}


@dataclass
class World:
    """Approval and what it talks to, with the words of the story."""

    running: Running
    catalog: Catalog
    hash: str = ""

    async def submit(
        self, text: Json = NOTICE, item: str = ITEM, revision: int = 1, **changes: Any
    ) -> str:
        """Catalog says that a revision was submitted; returns the path of its review."""
        self.hash = self.catalog.hold(text)
        data = contract("catalog.item-submitted.v1") | {
            "itemId": item, "revision": revision, "manifestHash": self.hash,
            "policyAgency": "national", **changes,
        }  # fmt: skip
        message = self.running.message(
            "catalog.item-submitted.v1", data, f"item-{item}", data["agency"]
        )
        await self.running.receive(message)
        return f"/approval/api/v1/reviews/{item}/{revision}"

    async def act(
        self, person: str, path: str, act: str, version: int | None = None, **form: Any
    ) -> httpx.Response:
        """One decision through the JSON route; the version is the current one unless given."""
        async with self.running.as_(person) as http:
            if version is None:
                version = (await http.get(path)).json().get("version", 0)
            body = {"version": version, "manifestHash": self.hash, **form}
            return await http.post(f"{path}/{act}", json=body)

    async def ok(self, person: str, path: str, act: str, **form: Any) -> Json:
        answer = await self.act(person, path, act, **form)
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()
        return data

    async def approve(self, path: str) -> None:
        for person in ("p-li", "p-wang", "p-zhou"):
            await self.ok(person, path, "pass")

    async def types(self) -> list[str]:
        return [message.type for message in await self.running.sent()]


@pytest.fixture
async def world(postgres: Any) -> AsyncIterator[World]:
    async with standing() as catalog:
        settings = {"catalog_url": catalog.url, "token_url": f"{catalog.url}/signin/token"}
        async with running(SERVICE, postgres, settings=settings) as run:
            await run.agency(AGENCY, "临江市司法局", parent="linjiang")
            await run.agency("linjiang", "临江市人民政府")
            await run.agency("linjiang-jyj", "临江市教育局", parent="linjiang")
            for person, (role, position) in STAFF.items():
                await run.grant(person, AGENCY, role, position=position)
            await run.grant("p-zhao", "linjiang", "SUPERVISOR", organ="o-jiwei", position="督查员")
            await run.grant(
                "p-other", "linjiang-jyj", "SECRECY_REVIEWER", "PRINCIPAL_LEADER", organ="o-jyj"
            )
            await run.policy(POLICY)
            yield World(run, catalog)
