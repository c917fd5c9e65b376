"""The inbox without a broker: redelivery, gaps, unreadable records, a database that goes away."""

from __future__ import annotations

import asyncio

import pytest
from structlog.contextvars import get_contextvars

from shared.envelope import Message
from shared.parked import retry_parked
from tests.kernel import plus, running
from tests.shared.sample import Ledger, sample


@pytest.fixture
async def one(postgres):
    async with running(sample(Ledger()), postgres) as service:
        yield service


def poke(one, version, stream="review-1"):
    return one.message("approval.poked.v1", {"n": version}, stream, "a", version)


async def effects(one):
    rows = await one.sql("SELECT stream, version FROM effects ORDER BY stream, version")
    return [f"{row['stream']}:{row['version']}" for row in rows]


async def test_a_message_delivered_six_times_at_once_has_one_effect(one):
    message = poke(one, 1)
    await asyncio.gather(*(one.runtime.inbox.receive([message]) for _ in range(6)))
    assert await effects(one) == ["review-1:1"]


async def test_messages_that_come_too_early_wait_for_their_predecessor(one):
    first, second, third = poke(one, 1), poke(one, 2), poke(one, 3)
    await one.runtime.inbox.receive([third, second])
    assert await effects(one) == []
    await one.runtime.inbox.receive([first, poke(one, 1, "review-2")])
    while await retry_parked(one.runtime.inbox):
        pass
    assert await effects(one) == ["review-1:1", "review-1:2", "review-1:3", "review-2:1"]
    assert not await one.sql("SELECT 1 FROM parked")


async def test_garbage_is_parked_and_the_rest_goes_on(one):
    garbage = Message("gongkai.approval", "k", {}, b"\xff", 3, 17)
    await one.runtime.inbox.receive([garbage, poke(one, 1)])
    assert await effects(one) == ["review-1:1"]
    rows = await one.sql("SELECT stream, kind FROM parked")
    assert [tuple(row) for row in rows] == [("gongkai.approval/3/17", "unreadable")]


async def test_the_batch_is_taken_in_after_the_database_came_back(one, postgres):
    await one.runtime.inbox.receive([poke(one, 1)])
    await asyncio.to_thread(postgres.crash)
    waiting = asyncio.create_task(one.runtime.inbox.receive([poke(one, 2)]))
    await asyncio.sleep(2)
    assert not waiting.done()
    await asyncio.to_thread(postgres.restart)
    await asyncio.wait_for(waiting, 30)
    assert await effects(one) == ["review-1:1", "review-1:2"]


async def test_what_a_handler_logs_carries_the_ids_of_its_message_and_what_follows_does_not(
    postgres,
):
    bound = []

    async def handler(db, message):
        bound.append(get_contextvars())

    service = plus(sample(), handlers=lambda _: {"approval.poked.v1": handler})
    async with running(service, postgres) as one:
        message = poke(one, 1)
        await one.receive(message)
    assert (bound[0]["correlation"], bound[0]["causation"]) == (message.correlation, "review-1:1")
    assert "causation" not in get_contextvars()
