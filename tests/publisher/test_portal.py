"""The portal: what a citizen finds on its pages, and how its files are written."""

from __future__ import annotations

from xml.etree import ElementTree

import orjson
import pytest

from services.catalog.policy.files import policy_set
from services.publisher.portal.listing import PAGE, just_settled, settled_pages
from services.publisher.portal.site import today
from shared.ids import new_id
from shared.workdays import chinese
from tests.approval.story import sha, text
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, DOC_NO, ITEM, NOTICE, TITLE

PAGE_URL = f"/a/{AGENCY}/i/{ITEM}.html"
FILES = {"名册（2026年）.pdf": b"%PDF-1.7 roster"}


async def test_the_items_page_says_everything_that_identifies_it(world: World):
    notice = text(TITLE, "<p>正文。</p>", FILES, doc_no=DOC_NO)
    await world.published(notice, files=FILES)
    page = world.page(PAGE_URL)
    number = (await world.publication())["indexNo"]
    for words in (
        TITLE, DOC_NO, number, "临江市司法局", "行政法规、规章和规范性文件", "2026年11月20日",
        chinese(today()), "有效", "公示期限", "名册（2026年）.pdf", f"/feedback/items/{ITEM}/new",
    ):  # fmt: skip
        assert words in page, words
    assert f'name="ArticleTitle" content="{TITLE}"' in page


async def test_a_stranger_can_prove_that_the_page_shows_the_approved_text(world: World):
    """The hash that every decision named, recomputed from what anybody can download."""
    notice = text(TITLE, "<p>正文。</p>", FILES, doc_no=DOC_NO)
    digest = await world.published(notice, files=FILES)
    page, stem = world.page(PAGE_URL), PAGE_URL.removesuffix(".html")
    assert digest in page
    assert "保密审查" in page
    assert "局长" in page
    manifest = world.page(f"{stem}.manifest.json")
    assert sha(manifest.encode()) == digest
    body, attachment = orjson.loads(manifest)["parts"]
    shown = world.page(f"{stem}.body.txt")
    assert sha(shown.encode()) == body["sha256"]
    assert shown in page
    [file] = (world.portal / f"a/{AGENCY}/f/{attachment['sha256']}").iterdir()
    assert sha(file.read_bytes()) == attachment["sha256"]


async def test_an_interpretation_is_public_together_with_its_document(world: World):
    """S4-12: one manifest, one page."""
    notice = text(TITLE, "<p>正文。</p>", {"一图读懂.pdf": b"%PDF-2"})
    notice["manifest"]["parts"][1]["role"] = "INTERPRETATION"
    await world.published(notice, files={"一图读懂.pdf": b"%PDF-2"})
    page = world.page(PAGE_URL)
    assert "政策解读" in page
    assert "一图读懂.pdf" in page


async def test_a_new_revision_replaces_the_text_and_tells_its_history(world: World):
    first = await world.published()
    second = await world.published(text("改正后的通知", "<p>改正。</p>"), revision=2)
    page = world.page(PAGE_URL)
    assert "改正后的通知" in page
    assert "变更记录" in page
    assert first[:4] in page
    assert second in page
    assert "现将法律援助机构名册予以公布" not in page
    assert world.page("/index.html").count(PAGE_URL) == 1


async def test_every_fixed_column_is_there_for_each_agency_even_when_empty(world: World):
    await world.settle()
    for agency, name in ((AGENCY, "临江市司法局"), ("linjiang-mzj", "临江市民政局")):
        home = world.page(f"/a/{agency}/index.html")
        for column in (
            "政策", "政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "政府信息公开年报",
            "依申请公开", "党务公开", "公开目录",
        ):  # fmt: skip
            assert column in home, column
        for file in (
            "policy",
            "guide",
            "regime",
            "statutory",
            "annual",
            "request",
            "party",
            "catalog",
        ):
            page = world.page(f"/a/{agency}/{file}.html")
            assert name in page
            assert 'aria-current="page"' in page


async def test_a_new_or_renamed_agency_has_its_pages_before_anything_is_public(world: World):
    await world.settle()
    await world.run.agency("linjiang-wjw", "临江市卫生健康委员会")
    await world.run.agency("linjiang-mzj", "临江市民政和社会工作局")
    await world.settle()
    assert "临江市卫生健康委员会" in world.page("/a/linjiang-wjw/index.html")
    assert "临江市卫生健康委员会" in world.page("/index.html")
    assert "临江市民政和社会工作局" in world.page("/a/linjiang-mzj/index.html")


async def test_new_rules_bring_their_categories_to_the_directory(world: World):
    await world.settle()
    rules = policy_set()
    party = rules["categorySchemes"]["party-7"]["categories"]
    rules["categorySchemes"]["party-7"]["categories"] = [*party, {"code": "P8", "name": "其他党务"}]
    await world.run.policy(rules, AGENCY, "2027.1")
    await world.settle()
    assert "其他党务" in world.page(f"/a/{AGENCY}/catalog.html")
    assert "本类别暂无内容" in world.page(f"/a/{AGENCY}/c/p8.party-7.html")


@pytest.mark.parametrize(
    ("category", "affairs", "column", "name"),
    [
        ("ART20-1@gov-art20", "GOVERNMENT", "policy", "行政法规、规章和规范性文件"),
        ("ART20-4@gov-art20", "GOVERNMENT", "statutory", "统计信息"),
        ("GUIDE@gov-art20", "GOVERNMENT", "guide", "政府信息公开指南"),
        ("ANNUAL@gov-art20", "GOVERNMENT", "annual", "政府信息公开年报"),
        ("P4@party-7", "PARTY", "party", "领导班子建设情况"),
    ],
)
async def test_an_item_stands_in_its_column_and_in_its_category(
    world: World, category: str, affairs: str, column: str, name: str
):
    await world.published(category=category, affairsType=affairs)
    assert PAGE_URL in world.page(f"/a/{AGENCY}/{column}.html")
    code = category.lower().replace("@", ".")
    listed = world.page(f"/a/{AGENCY}/c/{code}.html")
    assert PAGE_URL in listed
    assert name in listed
    catalog = world.page(f"/a/{AGENCY}/catalog.html")
    assert f"/a/{AGENCY}/c/{code}.html" in catalog
    assert f"/a/{AGENCY}/c/{code}.html" in world.page(PAGE_URL)


async def test_an_item_whose_category_changes_leaves_its_old_list(world: World):
    await world.published(category="ART20-4@gov-art20")
    await world.published(text("二", "<p>二</p>"), revision=2, category="ART20-8@gov-art20")
    assert PAGE_URL not in world.page(f"/a/{AGENCY}/c/art20-4.gov-art20.html")
    assert PAGE_URL in world.page(f"/a/{AGENCY}/c/art20-8.gov-art20.html")


async def test_feeds_and_site_maps_are_well_formed_and_name_the_item(world: World):
    await world.published(text("甲<乙>&丙", "<p>正文</p>"))
    for feed in ("/feed.xml", f"/a/{AGENCY}/feed.xml"):
        root = ElementTree.fromstring(world.page(feed))
        atom = "{http://www.w3.org/2005/Atom}"
        assert [entry.findtext(f"{atom}title") for entry in root.iter(f"{atom}entry")] == [
            "甲<乙>&丙"
        ]
    names = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    index = [loc.text for loc in ElementTree.fromstring(world.page("/sitemap.xml")).iter(names)]
    assert f"http://gongkai.test/a/{AGENCY}/sitemap.xml" in index
    urls = ElementTree.fromstring(world.page(f"/a/{AGENCY}/sitemap.xml")).iter(names)
    assert f"http://gongkai.test{PAGE_URL}" in [loc.text for loc in urls]
    assert "Sitemap: http://gongkai.test/sitemap.xml" in world.page("/robots.txt")
    assert "没有这个页面" in world.page("/404.html")


async def test_script_in_a_title_is_shown_and_not_run(world: World):
    await world.published(text("<script>alert(1)</script>", "<p>正文</p>"))
    for url in (PAGE_URL, "/index.html", f"/a/{AGENCY}/policy.html"):
        assert "<script>alert" not in world.page(url)
        assert "&lt;script&gt;alert(1)" in world.page(url)


async def many(world: World, count: int) -> list[str]:
    ids = [new_id() for _ in range(count)]
    for number, item in enumerate(ids):
        await world.released(text(f"第{number}件", "<p>正文</p>"), item=item)
    return ids


async def test_a_long_column_is_cut_into_pages_that_lose_and_double_nothing(world: World):
    ids = await many(world, 2 * PAGE)
    await world.settle()
    ids += await many(world, 5)
    await world.settle()
    after = len(ids)
    newest = world.page(f"/a/{AGENCY}/policy.html")
    oldest = world.page(f"/a/{AGENCY}/policy-1.html")
    found = [item for item in ids if f"/i/{item}.html" in newest]
    older = [item for item in ids if f"/i/{item}.html" in oldest]
    assert (len(found), len(older)) == (after - PAGE, PAGE)
    assert sorted([*found, *older]) == sorted(ids)
    assert f'rel="next" href="/a/{AGENCY}/policy-1.html"' in newest
    assert f'rel="prev" href="/a/{AGENCY}/policy.html"' in oldest


def test_pages_that_do_not_change_leave_one_to_two_pages_for_the_newest():
    for total in range(1, 400):
        rest = total - settled_pages(total) * PAGE
        assert 0 < rest <= 2 * PAGE
        assert rest > PAGE or settled_pages(total) == 0


def test_every_page_that_new_items_cut_off_is_written():
    for before in range(200):
        for added in range(1, 100):
            was, now = settled_pages(before), settled_pages(before + added)
            changed = set(range(max(was, 1), now + 1)) if now > was else set()
            assert changed <= just_settled(now, added)


async def test_the_notice_has_its_day_and_not_the_day_of_approval(world: World):
    await world.published(NOTICE, determinedOn="2026-01-05")
    [published] = await world.facts("publisher.item-published.v1")
    assert published["occurredOn"] == today().isoformat()
