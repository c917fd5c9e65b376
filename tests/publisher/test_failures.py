"""A channel that fails: seen, tried again later and later, stopping nobody else; nothing published twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.publisher.delivering import Looks, deliver_due
from services.publisher.jobs import HandedOver, Job, Shown
from tests.approval.story import text
from tests.publisher.conftest import API, World
from tests.publisher.story import ITEM, OTHER, TITLE, public

WECHAT: dict[str, Any] = {"rings": [public("WEBSITE", "WECHAT")]}


async def test_a_failing_channel_is_seen_and_tried_later_while_the_others_go_on(world: World):
    world.account.state.faults.quota = True
    await world.published(**WECHAT)
    assert await world.states() == {"WEBSITE": "CONFIRMED", "WECHAT": "FAILED"}
    failed = next(d for d in await world.deliveries() if d["channel"] == "WECHAT")
    assert (failed["code"], failed["attempts"]) == ("QUOTA_REACHED", 1)
    wait = datetime.fromisoformat(failed["nextTry"]) - datetime.now(UTC)
    assert 0 < wait.total_seconds() <= 30
    assert await world.deliver() == 0, "not before its time"
    async with world.run.browser("p-wang") as http:
        page = (await http.get(f"/publisher/work/{ITEM}")).text
        overview = (await http.get("/publisher/work")).text
    assert "微信接口今日次数已用完" in page
    assert "微信接口今日次数已用完" in overview
    tasks = (await world.get("/tasks"))["tasks"]
    assert [(t["kind"], t["title"]) for t in tasks] == [("DELIVERY", TITLE)]


async def test_after_the_wait_it_succeeds_and_is_published_once(world: World):
    world.account.state.faults.quota = True
    await world.published(**WECHAT)
    world.account.state.faults.quota = False
    await world.hurry()
    await world.settle()
    assert (await world.states())["WECHAT"] == "CONFIRMED"
    assert (await world.publication())["status"] == "COMPLETED"
    assert len(world.account.state.posts) == 1


async def test_the_wait_grows_with_each_failure(world: World):
    world.account.state.faults.quota = True
    await world.published(**WECHAT)
    for _ in range(3):
        await world.hurry()
        await world.deliver()
    failures = await world.facts("publisher.delivery-failed.v1")
    sent = [m for m in await world.run.sent() if m.type == "publisher.delivery-failed.v1"]
    waits = [
        round((datetime.fromisoformat(f["retryAt"]) - m.time).total_seconds())
        for f, m in zip(failures, sent, strict=True)
    ]
    assert [f["attempt"] for f in failures] == [1, 2, 3, 4]
    assert waits == [30, 60, 120, 240]


async def test_an_operator_can_try_a_failed_channel_at_once_and_only_a_failed_one(world: World):
    world.account.state.faults.quota = True
    await world.published(**WECHAT)
    world.account.state.faults.quota = False
    keys = {d["channel"]: d["key"] for d in await world.deliveries()}
    async with world.run.as_("p-ma") as http:
        assert (await http.post(f"{API}/deliveries/{keys['WECHAT']}/retry")).status_code == 204
        assert (await http.post(f"{API}/deliveries/{keys['WEBSITE']}/retry")).status_code == 409
    async with world.run.as_("p-chen") as http:
        assert (await http.post(f"{API}/deliveries/{keys['WECHAT']}/retry")).status_code == 403
    await world.settle()
    assert (await world.states())["WECHAT"] == "CONFIRMED"


async def test_expired_and_invalid_tokens_are_renewed_without_anybody_noticing(world: World):
    await world.published(text("先发一件", "<p>先</p>"), item=OTHER, **WECHAT)
    world.account.state.faults.expire = 1  # 42001
    await world.published(**WECHAT)
    world.account.state.faults.invalid = 1  # 40001
    await world.published(text("第二稿", "<p>二</p>"), revision=2, **WECHAT)
    assert (await world.states())["WECHAT"] == "CONFIRMED"
    assert len(world.account.state.posts) == 3
    assert "publisher.delivery-failed.v1" not in await world.types()


async def test_an_asynchronous_rejection_is_a_failure_and_is_submitted_anew(world: World):
    world.account.state.faults.reject = True
    await world.published(**WECHAT)
    assert await world.code("WECHAT") == "REJECTED"
    world.account.state.faults.reject = False
    await world.hurry()
    await world.settle()
    assert (await world.states())["WECHAT"] == "CONFIRMED"
    assert [post["rejected"] for post in world.account.state.posts] == [True, False]


async def test_a_crash_before_the_answer_to_the_draft_publishes_once(world: World):
    world.account.state.faults.drop = 1
    await world.published(**WECHAT)
    assert await world.code("WECHAT") == "UNREACHABLE"
    await world.hurry()
    await world.settle()
    assert (await world.states())["WECHAT"] == "CONFIRMED"
    assert (len(world.account.state.drafts), len(world.account.state.posts)) == (1, 1)


class Killed(BaseException):
    pass


async def test_killed_while_wechat_has_it_publishes_once(world: World):
    """That it was started is a fact before the first draft, so the next one looks before it drafts."""

    async def dies(job: Job) -> Shown | HandedOver:
        await world.acts["WECHAT"](job)
        raise Killed

    await world.released(**WECHAT)
    with pytest.raises(BaseExceptionGroup):
        await deliver_due(world.run.runtime, {"WECHAT": dies}, Looks())
    assert (await world.types())[-1] == "publisher.delivery-started.v1"
    assert len(world.account.state.posts) == 1
    await world.settle()
    assert len(world.account.state.posts) == 1
    assert (await world.states())["WECHAT"] == "CONFIRMED"


async def test_wechat_being_away_while_it_publishes_does_not_publish_again(world: World):
    world.account.state.faults.pending = 3
    await world.released(**WECHAT)
    await world.deliver()
    world.account.state.posts[0]["publish_id"], known = "moved", "publish-1"
    await world.deliver()  # WeChat does not know it now
    assert await world.code("WECHAT") == "UNKNOWN_ID"
    world.account.state.posts[0]["publish_id"] = known
    await world.hurry()
    await world.settle()
    assert (await world.states())["WECHAT"] == "CONFIRMED"
    assert len(world.account.state.posts) == 1
