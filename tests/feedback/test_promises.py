"""What must hold whatever happens: contracts, no free text, erasure, isolation, rebuild, limits."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.feedback import limits
from services.feedback.consumers import ItemPublished, PostingEnded, opened
from services.feedback.domain.events import CODEC
from services.feedback.domain.receipts import parse
from services.feedback.published import publish_feedback
from shared.ids import new_id
from tests.feedback.conftest import SFJ
from tests.feedback.examples import example
from tests.feedback.story import (
    ITEM,
    accepted,
    answered,
    assigned,
    received,
    released,
    rescheduled,
)

STORY = [received(), accepted, assigned, rescheduled, answered, released()]
MARK = "秘密标记七四一"


@pytest.mark.parametrize("event", STORY)
def test_what_leaves_is_the_agreed_example(event):
    assert publish_feedback(event) == example(event.type)


@pytest.mark.parametrize("event", STORY)
def test_facts_read_back_as_they_were(event):
    assert CODEC.decode(CODEC.encode(event)) == event


def test_what_publisher_says_is_understood_with_a_field_added_later():
    heard = ItemPublished.model_validate(example("publisher.item-published.v1") | {"later": 1})
    assert opened(heard).circle.scope == "PUBLIC"
    ended = PostingEnded.model_validate(example("publisher.posting-ended.v1") | {"later": 1})
    assert ended.ended_on.isoformat() == "2026-12-22"


async def test_nothing_anybody_typed_stands_in_facts_or_messages(house):
    id = await house.answered(text=f"答复{MARK}", name=f"张{MARK}", contact=f"{MARK}@example.cn")
    await house.call("p-zhou", f"feedbacks/{id}/return", {"reason": f"退回{MARK}"})
    reassign = {"handler": "p-liu", "reason": f"转办{MARK}"}
    await house.call("p-wang", f"feedbacks/{id}/reassign", reassign)
    second = (await house.write(f"意见{MARK}"))["feedbackId"]
    refusal = {"outcome": "REJECTED", "reason": "ABUSIVE", "reasonText": f"说明{MARK}"}
    await house.call("p-wang", f"feedbacks/{second}/screen", refusal)
    facts = await house.it.sql("SELECT data::text FROM events")
    assert len(facts) > 8
    assert not [row for row in facts if MARK in row["data"]]
    assert not [m for m in await house.it.sent() if MARK.encode() in m.value]
    assert await house.it.sql("SELECT 1 FROM texts WHERE body LIKE $1", f"%{MARK}%")


async def test_an_erased_citizen_leaves_valid_facts_and_others_untouched(house):
    contact = {"name": "张三", "contact": "138 0000 0000"}
    id = await house.released(**contact)
    twin = (await house.write(**contact | {"contact": "13800000000"}))["feedbackId"]
    other = (await house.write())["feedbackId"]  # the same words of somebody else
    ref = (await house.get("p-wang", f"feedbacks/{id}"))["personRef"]
    gone = await house.call("p-wang", "erasures", {"agency": SFJ, "personRef": ref}, 200)
    assert gone == {"erased": 2}
    for erased in (id, twin):
        shown = await house.get("p-wang", f"feedbacks/{erased}")
        assert (shown["text"], shown["contact"], shown["erased"]) == (None, None, True)
    assert (await house.get("p-wang", f"feedbacks/{other}"))["text"]
    assert (await house.get("p-wang", f"feedbacks/{id}"))["answer"] == "已补充值班电话。"
    before = await house.it.tables()
    await house.it.rebuild()
    assert await house.it.tables() == before
    assert not await house.it.sql("SELECT 1 FROM texts WHERE body LIKE '%138%'")
    await house.call("p-wang", "erasures", {"agency": SFJ, "personRef": ref}, 404)


async def test_rebuild_gives_the_live_tables(house):
    await house.released()
    await house.it.receive(
        house.publish(round=2, revision=2, title="新题", occurredOn="2020-03-01")
    )
    await house.write("第二轮意见")
    before = await house.it.tables()
    assert before["circles"]
    await house.it.rebuild()
    assert await house.it.tables() == before


@pytest.mark.parametrize(
    "table", ["subjects", "circles", "feedbacks", "receipt_serials", "events", "texts"]
)
async def test_another_agency_sees_no_row_even_without_our_filters(house, table):
    await house.answered()
    for agencies, count in ((SFJ, True), ("linjiang-mzj", False), ("", False)):
        async with house.it.runtime.app_pool.acquire() as db, db.transaction():
            await db.execute("SELECT set_config('gongkai.agencies', $1, true)", agencies)
            assert bool(await db.fetchval(f"SELECT count(*) FROM {table}")) is count


async def test_requests_cannot_write_for_another_agency(house):
    smuggle = (
        "INSERT INTO subjects (item_id, agency, title, published_on) VALUES ('x', $1, 'x', now())"
    )
    async with house.it.runtime.app_pool.acquire() as db, db.transaction():
        await db.execute("SELECT set_config('gongkai.agencies', 'linjiang-mzj', true)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(smuggle, SFJ)


async def test_one_address_may_write_ten_times_and_then_waits(house):
    for n in range(10):
        await house.write(f"意见{n}号")
    async with house.it.browser() as http:
        body = {"itemId": ITEM, "text": "第十一条"}
        refused = await http.put(f"/feedback/api/v1/feedbacks/{new_id()}", json=body)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert "频繁" in refused.json()["detail"]


async def test_tokens_come_back_with_time_and_addresses_do_not_share(house):
    key, now = bytes(32), datetime.now(UTC)
    async with house.it.runtime.worker_pool.acquire() as db:
        for _ in range(10):
            await limits.take(db, limits.buckets(key, "192.0.2.1", "i"), now)
        with pytest.raises(limits.TooManyOpinions):
            await limits.take(db, limits.buckets(key, "192.0.2.1", "i"), now)
        await limits.take(db, limits.buckets(key, "192.0.2.2", "i"), now)
        later = now + timedelta(seconds=31)
        await limits.take(db, limits.buckets(key, "192.0.2.1", "i"), later)
        kept = await db.fetch("SELECT key FROM buckets")
    assert not [row for row in kept if "192" in row["key"]]


def test_a_household_with_ipv6_is_one_address():
    assert limits.network("2001:db8:1:2::a") == limits.network("2001:db8:1:2:ffff::b")
    assert limits.network("192.0.2.1") != limits.network("192.0.2.2")


async def test_receipts_given_at_once_are_all_different(house):
    made = await asyncio.gather(*(house.write(f"意见{n}号") for n in range(8)))
    numbers = {row["receiptNo"] for row in made}
    assert len(numbers) == 8
    assert all(parse(bytes(32), number) for number in numbers)
