"""The editor as a browser without JavaScript uses it: nothing typed is ever lost."""

from __future__ import annotations

import errno
import os
import re
from html import unescape

from tests.catalog.browsing import FIELDS, get, post, save
from tests.catalog.conftest import World
from tests.catalog.papers import LETTER, word
from tests.catalog.story import FORM, ITEM, MZJ, OTHER_ITEM


async def test_an_item_is_written_saved_submitted_and_withdrawn(world: World):
    page = await get(world, "/editor")
    address = re.search(r'action="(/catalog/editor/[^"]+)"', page.text)
    assert address
    item = address[1].rpartition("/")[2]
    saved = await save(world, item)
    assert saved.headers["location"] == f"/catalog/items/{item}?done=saved"
    shown = await get(world, f"/items/{item}?done=saved")
    assert shown.status_code == 200
    for words in ("草稿已保存", FORM["title"], "条例", "送审", "2026年12月18日"):
        assert words in shown.text
    sent = await post(world, f"/items/{item}/submit", version="1")
    assert sent.headers["location"].endswith("done=submitted")
    back = await post(world, f"/items/{item}/withdraw", version="2")
    assert back.headers["location"].endswith("done=withdrawn")
    edited = await get(world, f"/editor/{item}")
    assert FORM["legalBasis"] in unescape(edited.text)


async def test_save_and_submit_is_one_button(world: World):
    await save(world, then="submit")
    assert (await world.item())["status"] == "SUBMITTED"


async def test_a_refused_form_names_the_field_and_keeps_what_was_typed(world: World):
    answer = await save(world, attribute="WITHHELD", ground="C4", title="某某名册")
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert "须写明理由" in answer.text
    assert 'value="某某名册"' in answer.text
    assert await world.types() == []


async def test_a_wrong_date_and_a_missing_title_are_explained(world: World):
    answer = await save(world, formedOn="2026-13-40")
    assert answer.status_code == 422
    assert "日期" in answer.text
    answer = await save(world, title="", then="submit")
    assert answer.status_code == 422
    assert "标题" in answer.text


async def test_a_draft_saved_before_a_refused_submission_stays_and_can_go_on(world: World):
    answer = await save(world, legalBasis="", then="submit")
    assert answer.status_code == 422
    assert (await world.item())["status"] == "DRAFT"
    assert 'name="version" value="1"' in answer.text
    again = await save(world, version="1", then="submit")
    assert again.status_code == 303
    assert (await world.item())["status"] == "SUBMITTED"


async def test_an_attachment_is_kept_while_the_form_is_refused(world: World):
    uploads = {"files": ("名册.pdf", b"%PDF-", "application/pdf")}
    answer = await save(world, category="NOWHERE@gov-art20", uploads=uploads)
    assert answer.status_code == 422
    kept = re.search(r'name="keepFile" value="([^"]+)"', answer.text)
    assert kept
    saved = await save(world, keepFile=unescape(kept[1]))
    assert saved.status_code == 303
    assert "名册.pdf" in (await get(world, f"/editor/{ITEM}")).text


async def test_ten_megabytes_in_the_form_get_an_answer_in_chinese(world: World):
    uploads = {"files": ("名册.pdf", b"%PDF-", "application/pdf")}
    answer = await save(world, body="字" * 3_500_000, uploads=uploads)
    assert answer.status_code == 422
    assert "正文过长" in answer.text


async def test_a_form_from_another_site_is_refused(world: World):
    async with world.run.browser("p-chen") as browser:
        answer = await browser.post(
            f"/catalog/editor/{ITEM}", data=FIELDS, headers={"Origin": "http://evil.test"}
        )
    assert answer.status_code == 403
    assert await world.types() == []


async def test_a_form_for_another_bureau_is_refused(world: World):
    answer = await save(world, agency=MZJ)
    assert answer.status_code == 403


async def test_the_form_is_filled_from_a_document_and_what_was_typed_stays(world: World):
    uploads = {"document": ("通知.docx", word(*LETTER))}
    fields = FIELDS | {"title": "", "body": "", "docNo": "我的文号", "then": "fill"}
    answer = await post(world, f"/editor/{ITEM}", **fields, uploads=uploads)
    assert answer.status_code == 200
    assert 'value="临江市司法局关于开展法律援助宣传月活动的通知"' in answer.text
    assert 'value="我的文号"' in answer.text
    assert await world.types() == []
    bad = await post(
        world, f"/editor/{ITEM}", **fields, uploads={"document": ("坏.docx", b"PK\x03\x04")}
    )
    assert bad.status_code == 422
    assert "损坏" in bad.text
    assert 'value="我的文号"' in bad.text


async def test_a_refused_attachment_loses_nothing_that_was_typed(world: World):
    answer = await save(world, uploads={"files": ("空.pdf", b"")})
    assert answer.status_code == 422
    assert f'value="{FORM["title"]}"' in answer.text
    assert "空文件" in answer.text


async def test_the_page_keeps_what_it_has_no_fields_for(world: World):
    relations = [{"type": "INTERPRETS", "itemId": OTHER_ITEM}]
    await world.draft(kind="INTERPRETATION", relations=relations, offCatalogReason="临时任务")
    before = await world.item()
    await save(world, version="1", title="改了标题")
    after = await world.item()
    assert after["title"] == "改了标题"
    for name in ("kind", "relations", "stage", "topicTags", "offCatalogReason"):
        assert after[name] == before[name], name


async def test_leader_and_audience_are_chosen_by_name(world: World):
    page = await get(world, "/editor")
    assert '<option value="p-zhou">周建国（局长）</option>' in page.text
    await save(
        world, insideScope="SPECIFIC_PERSONS", insideAudience=["p-zhou", "p-liu"],
        insideChannels=["DOCUMENT"], dutyLeader="p-zhou", dutyDeadline="2026-12-18",
    )  # fmt: skip
    item = await world.item()
    assert item["rings"][0]["audience"] == ["p-zhou", "p-liu"]
    assert item["duty"]["leader"] == "p-zhou"


async def test_half_of_the_five_clarities_names_what_is_missing(world: World):
    answer = await save(world, dutyTask="公布名册", dutyLeader="p-zhou", then="submit")
    assert answer.status_code == 422
    for name in ("牵头科室", "完成时限", "责任人"):
        assert f"请填写「{name}」" in answer.text
    assert "请填写「具体任务」" not in answer.text


async def test_an_interpretation_goes_with_the_document(world: World):
    uploads = {"interpretations": ("一图读懂.pdf", b"%PDF-", "application/pdf")}
    assert (await save(world, uploads=uploads)).status_code == 303
    assert "保留解读：一图读懂.pdf" in (await get(world, f"/editor/{ITEM}")).text
    (row,) = await world.run.sql("SELECT manifest->'parts'->1->>'role' AS role FROM manifests")
    assert row["role"] == "INTERPRETATION"


async def test_a_full_disk_is_told_and_nothing_typed_is_lost(world: World, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = await save(world, uploads={"files": ("名册.pdf", b"%PDF-", "application/pdf")})
    assert answer.status_code == 507
    assert "存储空间不足" in answer.text
    assert f'value="{FORM["title"]}"' in answer.text
    assert await world.types() == []


async def test_the_category_says_whether_it_is_a_party_affair(world: World):
    page = await get(world, "/editor")
    assert '<optgroup label="党务：党务公开内容（七类）">' in page.text
    await save(world, category="P1@party-7")
    assert (await world.item())["affairsType"] == "PARTY"


async def test_text_is_shown_as_it_was_typed(world: World):
    await save(world, body="一、甲 & 乙\n二、1 < 2")
    page = await get(world, f"/editor/{ITEM}")
    assert ">一、甲 &amp; 乙\n二、1 &lt; 2</textarea>" in page.text


async def test_a_file_entry_that_the_page_did_not_write_is_refused(world: World):
    answer = await save(world, keepFile="nonsense")
    assert answer.status_code == 422
    assert "附件信息有误" in answer.text
