"""Channels, on the real database and over real HTTP: receipts, order, failures that stop nobody else."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from services.publisher.delivering import Looks, deliver
from services.publisher.jobs import Due
from services.publisher.portal.site import today
from tests.approval.story import hash_of, text
from tests.publisher.conftest import World
from tests.publisher.story import INSIDE, ITEM, NOTICE, TITLE, public

WECHAT: dict[str, Any] = {"rings": [public("WEBSITE", "WECHAT")]}


async def test_website_and_wechat_confirm_themselves_with_evidence_of_what_is_shown(world: World):
    await world.published(**WECHAT)
    assert await world.states() == {"WEBSITE": "CONFIRMED", "WECHAT": "CONFIRMED"}
    receipts = {r["channel"]: r for r in await world.facts("publisher.delivery-confirmed.v1")}
    [page], [article] = receipts["WEBSITE"]["evidence"], receipts["WECHAT"]["evidence"]
    assert page["ref"] == f"/a/linjiang-sfj/i/{ITEM}.html"
    assert page["sha256"] == sha256((world.portal / page["ref"][1:]).read_bytes()).hexdigest()
    shown = world.account.state.posts[0]["articles"][0]["content"]
    assert article["sha256"] == sha256(shown.encode()).hexdigest()
    assert "现将法律援助机构名册予以公布" in shown
    assert receipts["WECHAT"]["recordedBy"] == "service:publisher"
    assert (await world.publication())["status"] == "COMPLETED"


async def test_the_outside_ring_waits_for_the_inside_one(world: World):
    await world.released(rings=[INSIDE, public("WEBSITE", "WECHAT")])
    await world.deliver()
    assert await world.states() == {
        "INTRANET": "CONFIRMED", "WEBSITE": "PENDING", "WECHAT": "PENDING"
    }  # fmt: skip
    assert not list(world.portal.rglob(f"{ITEM}*"))
    await world.settle()
    published = await world.facts("publisher.item-published.v1")
    assert [(p["ring"], p["scope"]) for p in published] == [(0, "WITHIN_ORG"), (1, "PUBLIC")]
    assert set((await world.states()).values()) == {"CONFIRMED"}


async def test_an_inside_meeting_holds_the_website_until_its_minutes_are_there(world: World):
    meeting = INSIDE | {
        "channels": ["MEETING"], "requiredChannels": ["MEETING"], "leadChannel": "MEETING"
    }  # fmt: skip
    await world.released(rings=[meeting, public("WEBSITE", "NOTICE_BOARD")])
    await world.settle()
    early = await world.confirm("NOTICE_BOARD")
    assert (early.status_code, early.json()["detail"]) == (409, "内部公开尚未完成，暂不能向外公开")
    assert not list(world.portal.rglob(f"{ITEM}*"))
    minutes = await world.confirm("MEETING", data=b"%PDF-1.7 minutes", name="记录.pdf")
    assert minutes.status_code == 204, minutes.text
    await world.settle()
    assert (await world.states())["WEBSITE"] == "CONFIRMED"


async def test_a_tampered_text_is_refused_and_nothing_is_shown(world: World):
    changed = text(TITLE, "<p>被人改过的正文。</p>", doc_no="临司〔2026〕12号")
    digest = await world.released(**WECHAT)
    world.others.contents[digest] = changed
    await world.settle()
    assert await world.states() == {"WEBSITE": "FAILED", "WECHAT": "FAILED"}
    assert await world.code("WEBSITE") == "TextTampered"
    assert not list(world.portal.rglob(f"{ITEM}*"))
    assert world.account.state.posts == []


async def test_a_changed_body_or_title_or_attachment_is_refused(world: World):
    files = {"名册.pdf": b"%PDF-1"}
    notice = text(TITLE, "<p>正文</p>", files)
    digest = await world.released(notice, files=files)
    body = {sha: {"text": "<p>假</p>"} for sha in notice["parts"]}
    part = sha256(b"%PDF-1").hexdigest()
    for contents, blob in (
        (notice | {"parts": body}, b"%PDF-1"),
        (notice | {"manifest": notice["manifest"] | {"title": "假"}}, b"%PDF-1"),
        (notice, b"%PDF-false"),
    ):
        world.others.contents[digest], world.others.blobs[part] = contents, blob
        await world.hurry()
        await world.settle()
        assert await world.code("WEBSITE") == "TextTampered"
    world.others.contents[digest], world.others.blobs[part] = notice, b"%PDF-1"
    await world.hurry()
    await world.settle()
    assert await world.states() == {"WEBSITE": "CONFIRMED"}


async def test_a_title_that_is_not_the_manifests_is_refused(world: World):
    await world.released(title="另一个标题")
    await world.settle()
    assert await world.code("WEBSITE") == "TextTampered"


async def test_our_own_copy_is_verified_again_before_it_is_shown(world: World):
    await world.released(rings=[INSIDE, public("WEBSITE")])
    await world.deliver()
    await world.run.sql("UPDATE contents SET body = '<p>库里改过</p>'")
    await world.settle()
    assert await world.code("WEBSITE") == "TextTampered"


async def test_while_catalog_is_away_it_waits_and_then_goes_on(world: World):
    world.others.down = True
    await world.published()
    assert await world.code("WEBSITE") == "PeerDown"
    world.others.down = False
    await world.hurry()
    await world.settle()
    assert await world.states() == {"WEBSITE": "CONFIRMED"}


async def test_a_round_overtaken_by_a_newer_revision_shows_nothing_more(world: World):
    """The newer text has been approved but not released: neither text may go out now."""
    await world.released(**WECHAT)
    await world.approve(text("第二稿", "<p>未发布</p>"), revision=2, **WECHAT)
    await world.settle()
    assert not list(world.portal.rglob(f"{ITEM}*"))
    assert world.account.state.posts == []


async def test_a_newer_revision_that_comes_while_a_delivery_begins_is_not_shown(world: World):
    """The loop has chosen the delivery; then the next revision is approved."""
    await world.released()
    [row] = await world.run.sql("SELECT * FROM deliveries")
    await world.approve(text("第二稿", "<p>未发布</p>"), revision=2)
    await deliver(world.run.runtime, world.acts["WEBSITE"], Due.of(row), Looks())
    assert not list(world.portal.rglob(f"{ITEM}*"))
    assert await world.states() == {"WEBSITE": "PENDING"}


async def test_a_page_keeps_the_released_text_while_a_newer_one_waits(world: World):
    await world.published()
    await world.approve(text("第二稿", "<p>尚未发布的文字</p>"), revision=2)
    await world.site.rewrite_item(ITEM)
    await world.site.everything()
    await world.settle()
    page = world.page(f"/a/linjiang-sfj/i/{ITEM}.html")
    assert "现将法律援助机构名册予以公布" in page
    assert hash_of(NOTICE) in page
    assert "尚未发布" not in page
    assert "第二稿" not in page


async def test_the_board_is_confirmed_by_a_photo_that_can_be_looked_at(world: World):
    await world.published(rings=[public("WEBSITE", "NOTICE_BOARD")])
    assert (await world.confirm()).status_code == 204
    receipt = (await world.facts("publisher.delivery-confirmed.v1"))[-1]
    assert (receipt["channel"], receipt["recordedBy"]) == ("NOTICE_BOARD", "p-ma")
    assert receipt["occurredOn"] == today().isoformat()
    [photo] = receipt["evidence"]
    assert photo["kind"] == "PHOTO"
    async with world.run.browser("p-wang") as http:
        seen = await http.get(f"/publisher/work/{ITEM}/evidence/{photo['sha256']}")
        page = (await http.get(f"/publisher/work/{ITEM}")).text
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert sha256(seen.content).hexdigest() == photo["sha256"]
    assert f"/publisher/work/{ITEM}/evidence/{photo['sha256']}" in page
    again = await world.confirm()
    assert (again.status_code, again.json()["detail"]) == (409, "该渠道已经确认，请勿重复操作")
