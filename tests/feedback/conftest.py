"""The feedback service on a fresh database, with one published item and the people around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.feedback.main import SERVICE
from shared.events import Json
from shared.ids import new_id
from shared.workdays import CalendarYear
from tests.feedback.examples import example
from tests.feedback.story import ITEM
from tests.kernel import Running, running

SFJ = "linjiang-sfj"
MZJ = "linjiang-mzj"
PUBLISHED = example("publisher.item-published.v1")
TODAY_ISO = "2020-01-06"


@dataclass
class House:
    """The running service and the words of the tests."""

    it: Running

    def publish(self, **changes: Any) -> Any:
        """The publisher says that an item is public, a good while ago."""
        data = PUBLISHED | {"occurredOn": TODAY_ISO} | changes
        return self.it.message(
            "publisher.item-published.v1", data, f"publication-{data['itemId']}", data["agency"]
        )

    async def call(self, person: str, path: str, body: Json, status: int = 204) -> Json:
        async with self.it.as_(person) as http:
            return _checked(await http.post(f"/feedback/api/v1/{path}", json=body), status)

    async def write(
        self, text: str = "名册里缺少周末值班电话。", status: int = 201, **more: Any
    ) -> Json:
        """A citizen's opinion by JSON; returns feedbackId and receiptNo, or the problem."""
        id = more.pop("id", None) or new_id()
        body = {"itemId": ITEM, "text": text} | more
        async with self.it.browser() as http:
            answer = await http.put(f"/feedback/api/v1/feedbacks/{id}", json=body)
        return _checked(answer, status)

    async def get(self, person: str, path: str, status: int = 200) -> Json:
        async with self.it.as_(person) as http:
            return _checked(await http.get(f"/feedback/api/v1/{path}"), status)

    async def answered(self, text: str = "已补充值班电话。", **more: Any) -> str:
        """An opinion screened, assigned to p-chen and answered; returns its id."""
        id = str((await self.write(**more))["feedbackId"])
        await self.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
        await self.call("p-wang", f"feedbacks/{id}/assign", {"handler": "p-chen"})
        await self.call("p-chen", f"feedbacks/{id}/answer", {"text": text})
        return id

    async def released(self, **more: Any) -> str:
        id = await self.answered(**more)
        await self.call("p-zhou", f"feedbacks/{id}/release", {"adopted": True})
        return id


def _checked(answer: httpx.Response, status: int) -> Json:
    assert answer.status_code == status, answer.text
    return dict(answer.json()) if answer.content else {}


@pytest.fixture
async def house(postgres: Any) -> AsyncIterator[House]:
    async with running(SERVICE, postgres) as it:
        await it.agency(SFJ, "临江市司法局", "linjiang", "330105001")
        await it.agency(MZJ, "临江市民政局", "linjiang", "330105002")
        await it.agency("linjiang", "临江市政务公开办公室", None, "330105000")
        await it.organ("o-sfj-office", SFJ, "办公室")
        await it.grant("p-wang", SFJ, "DISCLOSURE_OFFICE", "FEEDBACK_HANDLER",
                       organ="o-sfj-office", position="政务公开办主任")  # fmt: skip
        await it.grant("p-chen", SFJ, "DRAFTER", "FEEDBACK_HANDLER", organ="o-sfj-law")
        await it.grant("p-liu", SFJ, "FEEDBACK_HANDLER", organ="o-branch-1")
        await it.grant("p-zhou", SFJ, "PRINCIPAL_LEADER", organ="o-head", position="局长")
        await it.grant("p-other", MZJ, "DISCLOSURE_OFFICE", "FEEDBACK_HANDLER", organ="o-mzj")
        await it.grant("p-sup", "linjiang", "SUPERVISOR", organ="o-ji")
        await it.policy({})
        for year in (2019, 2020, 2026, 2027):
            await it.calendar(year, CalendarYear(year=year).wire())
        made = House(it)
        await it.receive(made.publish())
        yield made
