"""The pages, as a browser without JavaScript uses them."""

import re

import pytest

from tests.feedback.story import ITEM

SCRIPT = "<script>alert('x')</script>"


async def post(http, path, **form):
    return await http.post(f"/feedback/{path}", data=form)


def hidden(html, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html
    return found.group(1)


async def test_a_citizen_writes_by_form_and_finds_the_receipt(house):
    async with house.it.browser() as http:
        page = await http.get(f"/feedback/items/{ITEM}/new")
        assert page.status_code == 200
        sent = await post(
            http, f"items/{ITEM}/opinions", feedbackId=hidden(page.text, "feedbackId"),
            kind="PROPOSAL", text=f"建议{SCRIPT}", name="", contact="", website="",
        )  # fmt: skip
        assert sent.status_code == 303
        receipt = await http.get(sent.headers["location"])
    assert "您的意见已收到" in receipt.text
    assert "330105001-" in receipt.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": ""}, "请填写内容"),
        ({"text": "字" * 2001}, "最多 2000 个字"),
        ({"text": "好意见", "website": "http://spam"}, "请勿填写"),
        ({"text": "好意见", "kind": "NONSENSE"}, "请选择类别"),
    ],
)
async def test_a_refused_form_comes_back_with_everything_typed(house, form, words):
    async with house.it.browser() as http:
        back = await post(
            http, f"items/{ITEM}/opinions", **{"kind": "OPINION", "name": "李四"} | form
        )
    assert back.status_code == 422
    assert words in back.text
    assert "李四" in back.text


async def test_too_many_posts_keep_the_text_and_say_when(house):
    async with house.it.browser() as http:
        for n in range(10):
            await post(http, f"items/{ITEM}/opinions", kind="OPINION", text=f"意见{n}号")
        back = await post(http, f"items/{ITEM}/opinions", kind="OPINION", text="不要丢掉我")
    assert back.status_code == 429
    assert int(back.headers["Retry-After"]) > 0
    assert "不要丢掉我" in back.text
    assert "频繁" in back.text


async def test_a_post_from_another_site_is_refused(house):
    async with house.it.browser() as http:
        http.headers["Origin"] = "https://evil.example"
        refused = await post(http, f"items/{ITEM}/opinions", kind="OPINION", text="冒名")
    assert refused.status_code == 403


async def test_an_unpublished_item_takes_no_opinion(house):
    async with house.it.browser() as http:
        assert (await http.get("/feedback/items/nothing/new")).status_code == 404
        refused = await post(http, "items/nothing/opinions", kind="OPINION", text="好意见")
    assert refused.status_code == 404


async def test_script_in_an_opinion_is_shown_as_text(house):
    id = (await house.write(f"看这里{SCRIPT}", name=SCRIPT))["feedbackId"]
    async with house.it.browser("p-wang") as http:
        page = await http.get(f"/feedback/opinions/{id}")
    assert page.status_code == 200
    assert SCRIPT not in page.text
    assert "&lt;script&gt;" in page.text


async def test_the_office_and_the_handler_work_through_the_pages(house):
    sent = await house.write()
    at = f"opinions/{sent['feedbackId']}"
    steps = [
        ("p-wang", "screen", {"outcome": "ACCEPTED"}),
        ("p-wang", "assign", {"handler": "p-chen"}),
        ("p-wang", "reassign", {"handler": "p-liu", "reason": "原承办人出差"}),
        ("p-liu", "answer", {"text": f"答复{SCRIPT}"}),
        ("p-wang", "return", {"reason": "请核实"}),
        ("p-liu", "answer", {"text": "已核实并补充。"}),
        ("p-zhou", "release", {"adopted": "true"}),
    ]
    for person, step, form in steps:
        async with house.it.browser(person) as http:
            page = await http.get(f"/feedback/{at}")
            assert f"/{at}/{step}" in page.text, (step, page.text)
            expected = hidden(page.text, "expected")
            done = await post(http, f"{at}/{step}", expected=expected, **form)
            assert done.status_code == 303, done.text
    async with house.it.browser() as http:
        found = await http.get(f"/feedback/receipts?no={sent['receiptNo']}")
    assert "已核实并补充。" in found.text


async def test_a_stale_page_gives_the_typed_answer_back(house):
    id = await house.answered()
    async with house.it.browser("p-zhou") as http:
        back = await post(http, f"opinions/{id}/return", expected="1", reason="理由不要丢")
    assert back.status_code == 409
    assert "理由不要丢" in back.text


async def test_after_the_posting_the_page_says_what_still_counts(house):
    ended = {"itemId": ITEM, "revision": 1, "round": 1, "endedOn": "2020-02-10", "reason": "TERM"}
    stream = f"publication-{ITEM}"
    await house.it.receive(
        house.it.message("publisher.posting-ended.v1", ended, stream, "linjiang-sfj")
    )
    async with house.it.browser() as http:
        page = (await http.get(f"/feedback/items/{ITEM}/new")).text
        assert "公示期已于2020年2月10日结束" in page
        assert "书面意见仍然有效" in page
        assert 'name="text"' not in page
        back = await post(http, f"items/{ITEM}/opinions", kind="OPINION", text="写到一半的意见")
    assert back.status_code == 409
    assert "写到一半的意见" in back.text


async def test_a_refused_opinion_shows_no_date_by_when_it_is_answered(house):
    sent = await house.write()
    refusal = {"outcome": "REJECTED", "reason": "EMPTY", "reasonText": "没有写明事项"}
    await house.call("p-wang", f"feedbacks/{sent['feedbackId']}/screen", refusal)
    async with house.it.browser() as http:
        page = (await http.get(f"/feedback/receipts?no={sent['receiptNo']}")).text
    assert "没有写明事项" in page
    assert "交办后确定" not in page


async def test_the_inbox_shows_what_is_mine_and_what_is_closed(house):
    await house.released()
    await house.write("新的一条")
    async with house.it.browser("p-wang") as http:
        page = (await http.get("/feedback/work")).text
    assert "等我办理（1）" in page
    assert "已办结（1）" in page


async def test_paper_is_entered_by_form(house):
    form = {"itemId": ITEM, "channel": "PAPER_BOX", "receivedOn": "2020-01-10", "kind": "OPINION"}
    async with house.it.browser("p-wang") as http:
        assert "法律援助" in (await http.get("/feedback/entry")).text
        early = await post(http, "entry", **form | {"receivedOn": "2019-01-01", "text": "来信原文"})
        assert early.status_code == 422
        assert "来信原文" in early.text
        done = await post(http, "entry", **form, text="来信原文")
        assert done.status_code == 303
        assert "补录" in (await http.get(done.headers["location"])).text


async def test_a_citizen_is_erased_from_the_page(house):
    id = (await house.write(contact="13800000000"))["feedbackId"]
    async with house.it.browser("p-wang") as http:
        assert (await post(http, f"opinions/{id}/erase")).status_code == 303
        page = (await http.get(f"/feedback/opinions/{id}")).text
    assert "138" not in page.split("办理经过")[0].replace("330105001", "")
    assert "已按申请删除" in page


async def test_strangers_are_sent_to_the_sign_in_page(house):
    async with house.it.browser() as http:
        away = await http.get("/feedback/work")
    assert (away.status_code, away.headers["location"][:8]) == (303, "/signin/")


async def test_a_wrong_receipt_number_finds_nothing(house):
    async with house.it.browser() as http:
        page = await http.get("/feedback/receipts?no=330105001-20200101-0001-2345")
    assert page.status_code == 404
    assert "没有查到" in page.text
