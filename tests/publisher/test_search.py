"""Search: Chinese without spaces, simplified or traditional, marked where it was found."""

from __future__ import annotations

from urllib.parse import quote

from services.publisher.portal.rows import PortalItem
from services.publisher.portal.site import today
from services.publisher.public_pages import excerpt
from services.publisher.texts import grams
from shared.ids import new_id
from tests.approval.story import text
from tests.publisher.conftest import World
from tests.publisher.story import DOC_NO, ITEM, NEIGHBOUR, OTHER, TITLE, public

BODY = (
    "<p>为方便群众就近申请法律援助，现公布名录。联系电话 0571-87654321，邮箱 Legal@example.cn。</p>"
)


async def found(world: World, query: str, **more: str) -> list[str]:
    """The items on the first page of results."""
    async with world.run.browser() as http:
        rest = "".join(f"&{name}={value}" for name, value in more.items())
        answer = await http.get(f"/publisher/search?q={quote(query)}{rest}")
    assert answer.status_code == 200, answer.text
    return [item for item in (ITEM, OTHER) if f"/i/{item}.html" in answer.text]


FINDING = (
    "援助", "法律援助", "就近申请", "法律 名录", "名", "0571-87654321", "legal", DOC_NO, "2026-00001",
    "法律援助机构名册", "ｌｅｇａｌ", "申請法律援助", "羣眾",
)  # fmt: skip
FINDING_NOTHING = (
    "不存在", "援法", "助援", "法律 不存在", "%", "_", "'", "\\", "援助' | '", "&|!()", "   ",
    "〔〕《》", "😀", "援助" * 500,
)  # fmt: skip


async def test_it_finds_words_numbers_and_traditional_characters(world: World):
    await world.published(text(TITLE, BODY, doc_no=DOC_NO))
    assert [query for query in FINDING if await found(world, query) != [ITEM]] == []


async def test_it_finds_nothing_where_nothing_is_and_odd_input_harms_nobody(world: World):
    await world.published(text(TITLE, BODY))
    assert [query for query in FINDING_NOTHING if await found(world, query)] == []


async def test_a_text_in_traditional_characters_is_found_in_simplified_ones(world: World):
    await world.published(text("關於公佈法律援助名錄的通知", "<p>為方便群眾</p>"))
    assert await found(world, "关于公布 方便群众") == [ITEM]


async def test_characters_that_cannot_be_typed_are_left_out(world: World):
    await world.published(text(TITLE, BODY))
    assert await found(world, "\x00") == []
    assert await found(world, "\x00援助\x07") == [ITEM]


async def test_a_page_number_beyond_everything_is_answered_too(world: World):
    await world.published(text(TITLE, BODY))
    assert await found(world, "援助", before="1999-01-01", after="0") == []
    async with world.run.browser() as http:
        answer = await http.get("/publisher/search?q=a&before=x&after=99999999999999999999")
    assert answer.status_code == 422


async def test_it_can_be_limited_to_an_agency(world: World):
    await world.published(text(TITLE, BODY))
    await world.approve(text("民政局的援助", BODY), item=OTHER, agency=NEIGHBOUR)
    assert (await world.release(OTHER, "p-tang")).status_code == 204
    await world.settle()
    assert await found(world, "援助") == [ITEM, OTHER]
    assert await found(world, "援助", agency=NEIGHBOUR) == [OTHER]


async def test_results_go_on_without_losing_or_doubling_any(world: World):
    ids = [new_id() for _ in range(25)]
    for number, item in enumerate(ids):
        await world.released(
            text(f"援助第{number}件", "<p>援助</p>"), item=item, rings=[public("WEBSITE")]
        )
    await world.settle()
    async with world.run.browser() as http:
        first = (await http.get("/publisher/search?q=%E6%8F%B4%E5%8A%A9")).text
        following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        second = (await http.get(following)).text
    seen = [item for page in (first, second) for item in ids if f"/i/{item}.html" in page]
    assert sorted(seen) == sorted(ids)
    assert 'rel="next"' not in second


def item_with(body: str) -> PortalItem:
    return PortalItem(
        ITEM, "a", "甲", "题", None, "1", "类", "c", "POLICY", "GOVERNMENT", today(), today(), None, None,
        "/x", body, 1,
    )  # fmt: skip


def test_hits_are_marked_in_the_words_of_the_text_itself():
    marked = excerpt(item_with("前言……關於《法律援助》的通知" + "。" * 200), ["法律援助", "关于"])
    assert "<mark>法律援助</mark>" in marked
    assert "<mark>關於</mark>" in marked


def test_an_excerpt_shows_markup_as_text():
    assert "<b>" not in excerpt(item_with("<b>援助</b>"), ["援助"])


def test_pieces_of_chinese_are_two_characters_long_and_words_of_others_whole():
    assert grams("法律援助Aid2026、甲") == sorted(["aid2026", "法律", "律援", "援助", "甲"])
