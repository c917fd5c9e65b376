"""Publisher writes exactly the agreed examples and reads the others', with fields added later."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.publisher.aggregates import DELIVERY, PUBLICATION, READING
from services.publisher.consumers import Released
from services.publisher.domain.clearance import Clearance
from services.publisher.domain.commands import EndPosting, NoteConfirmed, ReleaseItem
from services.publisher.domain.delivery import (
    ConfirmDelivery,
    FailDelivery,
    PlanDelivery,
    StartDelivery,
    SubmitDelivery,
)
from services.publisher.domain.events import Evidence, PostUntil
from services.publisher.domain.reading import NoteRead
from services.publisher.published import publish_delivery, publish_publication
from tests.approval.story import contract
from tests.publisher.conftest import World
from tests.publisher.story import DAY, ITEM, MATRIX, opening
from tests.publisher.test_promises import everything

HASH = "9f2c" + "0" * 56 + "beef"
UNTIL = PostUntil(
    date=date(2026, 12, 22),
    rule=contract("publisher.item-published.v1")["postUntil"]["rule"],
)
NUMBER = "330105001/2026-00001"
PROOF = (Evidence(kind="URL", ref="/a/linjiang-sfj/i/X.html", sha256=HASH),)


def told(aggregate: Any, *commands: Any) -> list[Any]:
    facts: list[Any] = []
    for command in commands:
        facts += aggregate.decider.decide(command, aggregate.decider.fold(facts))
    return facts


def note(ring: int, channel: str, on: date) -> NoteConfirmed:
    return NoteConfirmed(1, ring, channel, on, PROOF, UNTIL)


def publication() -> dict[str, Any]:
    """Every published fact of the agreed example's life, by type; the last of each."""
    opened = opening(policyAgency="linjiang-sfj")
    facts = told(
        PUBLICATION, opened, ReleaseItem("p-wang", DAY, NUMBER, 1, UNTIL, MATRIX),
        note(0, "INTRANET", DAY), note(1, "NOTICE_BOARD", DAY), note(1, "WECHAT", DAY),
        note(1, "WEBSITE", DAY), EndPosting(1, date(2026, 12, 23)),
    )  # fmt: skip
    return {fact.type: publish_publication(fact) for fact in facts}


@pytest.mark.parametrize(
    "type",
    [
        "publisher.publication-scheduled.v1", "publisher.item-published.v1",
        "publisher.publication-completed.v1", "publisher.posting-ended.v1",
    ],
)  # fmt: skip
def test_publications_leave_exactly_in_the_agreed_words(type: str):
    assert publication()[type] == contract(type)


def test_deliveries_leave_exactly_in_the_agreed_words():
    plan = PlanDelivery(ITEM, 1, 1, 0, "WITHIN_ORG", "WEBSITE", HASH)
    *_, confirmed = told(DELIVERY, plan, ConfirmDelivery(DAY, "service:publisher", PROOF))
    assert publish_delivery(confirmed) == contract("publisher.delivery-confirmed.v1")
    plan = PlanDelivery(ITEM, 1, 1, 0, "PUBLIC", "WECHAT", HASH)
    at = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)
    *_, failed = told(DELIVERY, plan, FailDelivery("X", at), FailDelivery("QUOTA_REACHED", at))
    assert publish_delivery(failed) == contract("publisher.delivery-failed.v1")


def test_working_facts_leave_as_hash_only():
    plan = PlanDelivery(ITEM, 1, 1, 0, "PUBLIC", "WECHAT", HASH)
    for fact in told(DELIVERY, plan, StartDelivery(), SubmitDelivery("x")):
        assert publish_delivery(fact) is None
    [read] = told(READING, NoteRead(ITEM, "p-dang"))
    assert READING.publish(read) is None
    assert publication()["publisher.publication-opened.v1"] is None
    assert publication()["publisher.channel-noted.v1"] is None


def test_publisher_understands_an_approval_with_fields_added_later():
    given = contract("approval.item-approved.v1")
    given["rings"][1]["aFieldAddedLater"] = 1
    read = Clearance.model_validate(given | {"aFieldAddedLater": {"x": 1}})
    assert (read.item_id, read.revision, read.release) == (ITEM, 1, "OFFICE")
    assert read.rings[1].required_channels == ("WEBSITE",)
    assert read.due_on == date(2026, 12, 18)


def test_publisher_understands_a_released_answer_with_fields_added_later():
    given = contract("feedback.handling-result-released.v1") | {"aFieldAddedLater": 1}
    assert Released.model_validate(given).item_id == ITEM


async def test_the_agreed_approval_goes_all_the_way_to_the_agreed_publication(world: World):
    """What approval sends is what publisher publishes: the same fields, from message to message."""
    await world.published()
    [published] = await world.facts("publisher.item-published.v1")
    agreed = contract("publisher.item-published.v1")
    assert published.keys() == agreed.keys()
    approved = contract("approval.item-approved.v1")
    for name in (
        "itemId",
        "kind",
        "agency",
        "disclosingBody",
        "affairsType",
        "category",
        "title",
        "docNo",
    ):
        assert published[name] == approved[name], name


@pytest.mark.parametrize("aggregate", [PUBLICATION, DELIVERY, READING])
async def test_facts_are_read_again_as_they_were_written(world: World, aggregate: Any):
    await everything(world)
    rows = await world.run.sql(
        "SELECT data FROM events WHERE stream LIKE $1", f"{aggregate.category}-%"
    )
    assert rows
    for row in rows:
        event = aggregate.codec.decode(row["data"])
        assert aggregate.codec.decode(aggregate.codec.encode(event)) == event
