"""Lists, workbench and directory as a browser without JavaScript uses them."""

from __future__ import annotations

from tests.catalog.browsing import get, post, save
from tests.catalog.conftest import World
from tests.catalog.story import FORM, ITEM, SFJ


async def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(world: World):
    for path in ("/work", "/items", "/editor", "/admin"):
        answer = await get(world, path, None)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/signin/?next=/catalog{path}",
        )


async def test_somebody_without_the_role_is_told_whom_to_ask(world: World):
    answer = await get(world, "/editor", "p-zhou")
    assert answer.status_code == 403
    assert "管理员" in answer.text


async def test_the_list_is_filtered_and_foreign_items_are_not_there(world: World):
    await save(world)
    assert FORM["title"] in (await get(world, "/items?status=DRAFT&words=法律援助")).text
    assert FORM["title"] not in (await get(world, "/items?status=SUBMITTED")).text
    assert FORM["title"] not in (await get(world, "/items", "p-tang")).text
    assert (await get(world, f"/items/{ITEM}", "p-tang")).status_code == 404
    assert FORM["title"] in (await get(world, "/items", "p-he")).text


async def test_a_document_is_imported_from_the_list_page(world: World):
    uploads = {"file": ("随笔.txt", "今日无事".encode(), "text/plain")}
    answer = await post(world, "/import", agency=SFJ, uploads=uploads)
    shown = await get(world, answer.headers["location"].removeprefix("/catalog"))
    assert "没有找到" in shown.text
    bad = {"file": ("空.txt", b"", "text/plain")}
    refused = await post(world, "/import", agency=SFJ, uploads=bad)
    assert refused.status_code == 422
    assert "空文件" in refused.text


async def test_the_workbench_shows_my_tasks_and_says_who_did_not_answer(world: World):
    await save(world, formedOn="2026-03-02")
    page = await get(world, "/work")
    assert page.status_code == 200
    assert FORM["title"] in page.text
    assert page.text.count("暂时没有响应") == 3
    assert "已逾期" in page.text


async def test_the_directory_page_lists_organs_and_people_of_my_agencies_only(world: World):
    page = await get(world, "/admin")
    assert "陈芳" in page.text
    assert "唐敏" not in page.text
    assert (await get(world, "/admin", "p-tang")).text.count("唐敏") >= 1


async def test_htmx_gets_the_block_without_the_frame(world: World):
    async with world.run.browser("p-chen") as browser:
        answer = await browser.get("/catalog/items", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert answer.headers["vary"] == "HX-Request"
