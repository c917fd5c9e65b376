"""The pages: the text beside the decision, and what people read when something is in the way."""

from __future__ import annotations

import re

import httpx

from tests.approval.conftest import World
from tests.approval.story import ITEM, NOTICE, sha, text

PAGE = f"/approval/reviews/{ITEM}/1"
TITLE = NOTICE["manifest"]["title"]


async def read(world: World, person: str, path: str = PAGE, **headers: str) -> httpx.Response:
    async with world.running.browser(person) as browser:
        return await browser.get(path, headers=headers)


async def submit_form(world: World, person: str, act: str, **form: object) -> httpx.Response:
    """As a browser without JavaScript does it: hidden fields from the page, then what is typed."""
    page = (await read(world, person)).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page))
    async with world.running.browser(person) as browser:
        return await browser.post(f"{PAGE}/{act}", data=hidden | form)


async def test_the_full_text_stands_beside_its_hash_and_the_decision(world: World):
    await world.submit()
    page = await read(world, "p-li")
    assert page.status_code == 200
    assert "现将名册予以公布" in page.text
    assert world.hash in page.text
    for words in ("通过「保密审查」", "退回拟稿人…", "不予公开或暂缓公开…"):
        assert words in page.text


async def test_htmx_gets_only_the_main_block(world: World):
    await world.submit()
    block = await read(world, "p-li", **{"HX-Request": "true"})
    assert "<html" not in block.text
    assert "现将名册予以公布" in block.text


async def test_scripts_in_the_text_never_reach_the_page(world: World):
    evil = '<p onclick="steal()">正文</p><script>steal()</script><a href="javascript:x">链接</a>'
    await world.submit(text("标题<script>alert(1)</script>", evil))
    page = (await read(world, "p-li")).text
    assert "steal" not in page
    assert "javascript:" not in page
    assert "<script>alert" not in page


async def test_a_form_passes_the_step_and_shows_the_progress(world: World):
    await world.submit()
    answer = await submit_form(world, "p-li", "pass", note="无涉密内容")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=1")
    page = (await read(world, "p-wang")).text
    assert "无涉密内容" in page
    assert "通过「公开办审核」" in page
    assert "不予公开或暂缓公开…" not in page


async def test_a_refused_form_keeps_what_was_typed(world: World):
    await world.submit()
    answer = await submit_form(world, "p-li", "withhold", ground="", reason="涉及第三方隐私")
    assert answer.status_code == 422
    assert "请选择不予公开的法定依据" in answer.text
    assert "涉及第三方隐私" in answer.text


async def test_the_slower_of_two_people_reads_what_happened_and_keeps_the_words(world: World):
    await world.running.grant("p-fang", "linjiang-sfj", "SECRECY_REVIEWER", organ="o-2")
    path = await world.submit()
    async with world.running.browser("p-fang") as browser:
        await world.ok("p-li", path, "pass")
        form = {"version": "1", "manifestHash": world.hash, "reason": "附件有误"}
        answer = await browser.post(f"{PAGE}/return", data=form)
    assert answer.status_code == 409
    assert "他人办理" in answer.text
    assert "附件有误" in answer.text


async def test_the_drafter_reads_but_cannot_decide(world: World):
    await world.submit()
    page = (await read(world, "p-chen")).text
    assert "不得审查自己送审的内容" in page
    assert f'action="{PAGE}/pass"' not in page


async def test_without_catalog_the_page_says_so_and_offers_to_try_again(world: World):
    await world.submit()
    world.catalog.down = True
    page = await read(world, "p-li")
    assert page.status_code == 200
    assert "信息目录" in page.text
    assert "重新取得文本" in page.text
    assert f'action="{PAGE}/pass"' not in page.text
    world.catalog.down = False
    assert f'action="{PAGE}/pass"' in (await read(world, "p-li")).text


async def typed(world: World, person: str, note: str) -> httpx.Response:
    """From a page opened before the text or the step went away."""
    form = {"version": 1, "manifestHash": world.hash, "note": note}
    async with world.running.browser(person) as browser:
        return await browser.post(f"{PAGE}/pass", data=form)


async def test_words_typed_while_the_text_is_out_of_reach_are_given_back(world: World):
    await world.submit()
    world.catalog.down = True
    back = await typed(world, "p-li", note="已核对，无涉密内容")
    assert back.status_code == 503
    assert "您刚才填写的内容：已核对，无涉密内容" in back.text


async def test_words_of_somebody_whose_step_it_is_not_are_given_back(world: World):
    await world.submit()
    back = await typed(world, "p-wang", note="同意公开")
    assert back.status_code == 403
    assert "当前环节是「保密审查」" in back.text
    assert "您刚才填写的内容：同意公开" in back.text


async def test_the_written_reason_for_not_disclosing_is_one_click_from_the_decision(world: World):
    await world.submit(attribute="WITHHELD", ground="C4", groundReasonHash="t1:" + "ab" * 32)
    page = (await read(world, "p-zhou")).text
    assert "不予公开或依申请公开的书面理由" in page
    assert f'href="/catalog/items/{ITEM}"' in page


async def test_attachments_are_listed_with_hash_and_downloaded_verified(world: World):
    files = {"名册.pdf": b"%PDF-1.7 list"}
    world.catalog.hold(text("带附件", "<p>见附件</p>", files), files)
    await world.submit(text("带附件", "<p>见附件</p>", files))
    link = f"{PAGE}/files/{sha(files['名册.pdf'])}"
    assert link in (await read(world, "p-li")).text
    answer = await read(world, "p-li", link)
    assert answer.content == files["名册.pdf"]
    assert answer.headers["content-disposition"].startswith("attachment")
    world.catalog.blobs[sha(files["名册.pdf"])] = b"something else"
    assert (await read(world, "p-li", link)).status_code == 409
    assert (await read(world, "p-li", f"{PAGE}/files/{'0' * 64}")).status_code == 404
    assert (await read(world, "p-other", link)).status_code == 404


async def test_a_second_revision_is_compared_with_the_first(world: World):
    path = await world.submit(text("通知", "<p>共十家机构。</p><p>特此通知。</p>"))
    await world.ok("p-li", path, "return", reason="数目有误")
    await world.submit(text("通知", "<p>共十二家机构。</p><p>特此通知。</p>"), revision=2)
    page = (await read(world, "p-li", f"/approval/reviews/{ITEM}/2")).text
    assert "<del>共十家机构。</del>" in page
    assert "<ins>共十二家机构。</ins>" in page
    assert "<ins>特此通知。</ins>" not in page


async def test_my_list_shows_what_waits_for_me_by_deadline(world: World):
    await world.submit(text("后到期", "<p>一</p>"), publishBy={"due": "2099-12-31"})
    other = ITEM[:-1] + "2"
    early = {"due": "2099-01-01", "provisional": True}
    await world.submit(text("先到期", "<p>二</p>"), item=other, publishBy=early)
    page = (await read(world, "p-li", "/approval/reviews")).text
    assert page.index("先到期") < page.index("后到期")
    assert "暂定" in page
    assert "没有等待您办理" in (await read(world, "p-wang", "/approval/reviews")).text


async def test_the_withheld_register_is_a_page(world: World):
    await world.submit()
    await submit_form(world, "p-li", "withhold", ground="C4", reason="涉及商业秘密")
    page = (await read(world, "p-zhou", "/approval/withheld")).text
    assert "涉及商业秘密" in page
    assert "C4" in page
    assert TITLE not in page
    assert "涉及商业秘密" in (await read(world, "p-zhao", "/approval/withheld")).text
    assert (await read(world, "p-chen", "/approval/withheld")).status_code == 403


async def test_an_inspector_of_the_level_above_reads_and_a_stranger_does_not(world: World):
    await world.submit()
    assert (await read(world, "p-zhao")).status_code == 200
    assert f'action="{PAGE}/pass"' not in (await read(world, "p-zhao")).text
    assert (await read(world, "p-other")).status_code == 404


async def test_a_form_from_another_site_is_refused(world: World):
    await world.submit()
    async with world.running.browser("p-li") as browser:
        form = {"version": "1", "manifestHash": world.hash}
        answer = await browser.post(
            f"{PAGE}/pass", data=form, headers={"Origin": "https://evil.example"}
        )
    assert answer.status_code == 403
    assert await world.types() == ["approval.review-opened.v1"]


async def test_who_is_not_signed_in_is_sent_to_sign_in(world: World):
    async with world.running.browser() as browser:
        answer = await browser.get(PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/signin/?next=")
