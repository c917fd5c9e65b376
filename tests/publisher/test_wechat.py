"""WeChat over real HTTP against the sandbox: token faults, quota, rejection, a lost answer."""

from __future__ import annotations

import asyncio
import socket
from hashlib import sha256

import httpx
import pytest
import uvicorn

from deploy.wechat_sandbox.account import Account
from deploy.wechat_sandbox.app import create_app
from services.publisher.channels.wechat import Article, WeChat, WeChatError


@pytest.fixture
async def sandbox(tmp_path):
    """(account, base URL) of a sandbox on a free port."""
    account = Account(tmp_path / "account.json")
    server = uvicorn.Server(uvicorn.Config(create_app(account), log_level="error", lifespan="off"))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield account, f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.fixture
async def wechat(sandbox):
    client = WeChat(sandbox[1], "wx-test", "secret")
    yield client
    await client.close()


def article(mark="item-1:1", title="关于公布名册的通知"):
    return Article(mark, title, "<p>正文</p>", "摘要")


async def submit(wechat, mark="item-1:1", *, again=False):
    return await wechat.submit(article(mark), again=again)


async def test_an_article_is_published_and_its_address_comes_later(sandbox, wechat):
    publish_id = await submit(wechat)
    assert (await wechat.status(publish_id)).state == "PENDING"
    outcome = await wechat.status(publish_id)
    assert (outcome.state, outcome.article_id) == ("CONFIRMED", "article-1")
    assert outcome.sha256 == sha256("<p>正文</p>".encode()).hexdigest(), "of what is really shown"
    assert sandbox[0].state.posts[0]["articles"][0]["title"] == "关于公布名册的通知"


@pytest.mark.parametrize("fault", ["expire", "invalid"])
async def test_a_token_that_is_no_longer_good_is_renewed(sandbox, wechat, fault):
    await submit(wechat, "first")
    setattr(sandbox[0].state.faults, fault, 1)
    await submit(wechat, "second")
    assert len(sandbox[0].state.posts) == 2


async def test_a_reached_quota_is_told_and_a_later_try_succeeds(sandbox, wechat):
    sandbox[0].state.faults.quota = True
    with pytest.raises(WeChatError) as refused:
        await submit(wechat)
    assert refused.value.code == "QUOTA_REACHED"
    sandbox[0].state.faults.quota = False
    await submit(wechat)
    assert len(sandbox[0].state.posts) == 1


async def test_a_draft_can_be_refused_by_its_title_while_others_pass(sandbox, wechat):
    sandbox[0].state.faults.refuse = "名册"
    with pytest.raises(WeChatError) as refused:
        await submit(wechat)
    assert refused.value.code == "DRAFT_REFUSED"
    await wechat.submit(article("item-2:1", "另一件通知"), again=False)
    assert len(sandbox[0].state.posts) == 1


async def test_a_rejection_afterwards_is_a_failure(sandbox, wechat):
    sandbox[0].state.faults.reject = True
    publish_id = await submit(wechat)
    await wechat.status(publish_id)
    assert (await wechat.status(publish_id)).state == "FAILED"


async def test_a_submission_that_wechat_does_not_know_any_more_is_a_failure(wechat):
    outcome = await wechat.status("publish-of-long-ago")
    assert (outcome.state, outcome.code) == ("FAILED", "UNKNOWN_ID")


async def test_a_first_submission_looks_for_nothing(sandbox, wechat):
    """Each look costs of the day's quota; only a second try has something to find."""
    sandbox[0].state.drafts.append({"media_id": "m", "articles": [article().wire()], "sent": False})
    await submit(wechat)
    assert len(sandbox[0].state.drafts) == 2


async def test_a_lost_answer_makes_no_second_draft_and_no_second_post(sandbox, wechat):
    sandbox[0].state.faults.drop = 1
    with pytest.raises(WeChatError):
        await submit(wechat)
    await submit(wechat, again=True)
    again = await submit(wechat, again=True)
    assert (await wechat.status(again)).article_id == "article-1"
    assert (len(sandbox[0].state.drafts), len(sandbox[0].state.posts)) == (1, 1)


async def test_the_sandbox_keeps_its_posts_over_a_restart(sandbox, wechat, tmp_path):
    await submit(wechat)
    assert len(Account(tmp_path / "account.json").state.posts) == 1


async def test_an_unreachable_wechat_is_told():
    client = WeChat("http://127.0.0.1:9", "wx", "s")
    with pytest.raises(WeChatError) as refused:
        await submit(client)
    assert refused.value.code == "UNREACHABLE"
    await client.close()


async def test_faults_are_switched_over_http(sandbox):
    async with httpx.AsyncClient(base_url=sandbox[1], trust_env=False) as http:
        await http.post("/sandbox/faults", json={"quota": True})
        assert (await http.get("/sandbox")).json()["faults"]["quota"] is True
