"""Internal disclosure: for the audience only, with a receipt of reading; answers stay where their item is."""

from __future__ import annotations

from shared.events import Json
from shared.ids import derived_id, new_id
from tests.approval.story import contract, sha, text
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, INSIDE, ITEM, inside, public

FILES = {"名单.pdf": b"%PDF-1.7 inside"}
NOTICE = text("关于党费收缴情况的通报", "<p>内部通报。</p>", FILES)
READER, OUTSIDER = "p-dang", "p-chen"


async def opened(world: World, person: str, item: str = ITEM) -> int:
    async with world.run.browser(person) as http:
        return (await http.get(f"/publisher/internal/items/{item}")).status_code


async def listed(world: World, person: str, item: str = ITEM) -> bool:
    async with world.run.browser(person) as http:
        return item in (await http.get("/publisher/internal")).text


EVERYBODY_IN = {"p-dang", "p-chen", "p-wang", "p-ma"}
AUDIENCES: tuple[tuple[Json, set[str]], ...] = (
    (inside("WITHIN_ORG"), EVERYBODY_IN),
    (inside("WITHIN_ORG", AGENCY), EVERYBODY_IN),
    (inside("WITHIN_ORG", "o-branch-1"), {"p-dang"}),
    (inside("PARTY_ONLY", "o-branch-1"), {"p-dang"}),
    (inside("PARTY_ONLY"), {"p-dang"}),
    (inside("WHOLE_PARTY"), {"p-dang"}),
    (inside("SPECIFIC_PERSONS", "p-chen"), {"p-chen"}),
    (inside("SPECIFIC_PERSONS"), set()),
)


async def test_only_the_audience_reads_it(world: World):
    everybody = [*EVERYBODY_IN, "p-zhao", "p-tang"]
    for ring, readers in AUDIENCES:
        item = new_id()
        await world.published(NOTICE, item, files=FILES, rings=[ring])
        assert {who for who in everybody if await opened(world, who, item) == 200} == readers, ring
        assert {who for who in everybody if await listed(world, who, item)} == readers, ring


async def test_a_citizen_is_asked_to_sign_in(world: World):
    await world.published(NOTICE, files=FILES, rings=[INSIDE])
    async with world.run.browser() as http:
        for path in ("/publisher/internal", f"/publisher/internal/items/{ITEM}"):
            assert (await http.get(path)).status_code == 303


async def test_what_was_told_in_a_meeting_only_is_not_on_the_internal_pages(world: World):
    await world.published(NOTICE, files=FILES, rings=[inside("WITHIN_ORG", channels=("MEETING",))])
    assert (await world.confirm("MEETING")).status_code == 204
    assert not await listed(world, READER)


async def test_reading_leaves_one_receipt_with_its_time_which_the_office_sees(world: World):
    world.others.people = {READER: "党小明"}
    await world.published(NOTICE, files=FILES, rings=[INSIDE])
    async with world.run.browser(READER) as http:
        assert "未阅" in (await http.get("/publisher/internal")).text
        for _ in range(3):
            assert (await http.get(f"/publisher/internal/items/{ITEM}")).status_code == 200
        assert "已阅" in (await http.get("/publisher/internal")).text
    assert (await world.types()).count("publisher.read.v1") == 1
    async with world.run.browser("p-wang") as http:
        page = (await http.get(f"/publisher/work/{ITEM}")).text
    assert "阅知情况（1人）" in page
    assert "党小明" in page


async def test_an_attachment_is_for_the_audience_too_and_is_never_run_as_a_page(world: World):
    await world.published(NOTICE, files=FILES, rings=[INSIDE])
    path = f"/publisher/internal/items/{ITEM}/files/{sha(b'%PDF-1.7 inside')}"
    async with world.run.browser(READER) as http:
        assert path in (await http.get(f"/publisher/internal/items/{ITEM}")).text
        answer = await http.get(path)
        assert (await http.get(path[:-1] + "0")).status_code == 404
    assert answer.content == b"%PDF-1.7 inside"
    assert answer.headers["content-disposition"].startswith("attachment;")
    async with world.run.browser(OUTSIDER) as http:
        assert (await http.get(path)).status_code == 404


async def test_who_left_the_audience_with_the_next_revision_no_longer_reads_it(world: World):
    await world.published(NOTICE, files=FILES, rings=[inside("WITHIN_ORG", "p-chen", "p-dang")])
    assert await opened(world, OUTSIDER) == 200
    next_one = text("第二稿", "<p>二</p>")
    await world.published(next_one, revision=2, rings=[inside("WITHIN_ORG", "p-dang")])
    assert await opened(world, OUTSIDER) == 404
    assert await opened(world, READER) == 200


async def test_titles_of_inside_matters_are_on_the_work_pages_of_those_in_charge_only(world: World):
    await world.published(NOTICE, files=FILES, rings=[inside("PARTY_ONLY", "o-branch-1")])
    for who, sees in (("p-wang", True), ("p-ma", True), ("p-zhao", True), ("p-chen", False)):
        async with world.run.browser(who) as http:
            assert ("党费" in (await http.get("/publisher/work")).text) is sees, who
            answer = await http.get(f"/publisher/work/{ITEM}")
            assert (answer.status_code == 200) is sees, who
        async with world.run.as_(who) as http:
            answer = await http.get(f"/publisher/api/v1/publications/{ITEM}")
            assert (answer.status_code == 200) is sees, who


async def answered(world: World, scope: str, words: str, *audience: str) -> str:
    """Feedback says that an answer was released; returns the id of its publication."""
    feedback = new_id()
    data = contract("feedback.handling-result-released.v1") | {
        "feedbackId": feedback, "itemId": ITEM, "scope": scope, "audience": list(audience),
        "resultHash": world.others.answer(words),
    }  # fmt: skip
    message = world.run.message(
        "feedback.handling-result-released.v1", data, f"feedback-{feedback}", AGENCY
    )
    await world.run.runtime.inbox.receive([message])
    await world.settle()
    return derived_id("handling-result", feedback)


async def test_an_answer_to_the_public_stands_on_the_items_page(world: World):
    await world.published()
    answer = await answered(world, "PUBLIC", "已补充<周末>值班电话。")
    page = world.page(f"/a/{AGENCY}/i/{ITEM}.html")
    assert "公众意见办理结果" in page
    assert "已补充&lt;周末&gt;值班电话。" in page
    published = await world.facts("publisher.item-published.v1")
    assert (published[-1]["itemId"], published[-1]["kind"]) == (answer, "HANDLING_RESULT")
    assert published[-1]["relations"] == [{"type": "RESPONDS_TO", "itemId": ITEM}]
    assert published[-1]["indexNo"] == published[0]["indexNo"], "under the number of its item"
    [receipt] = (await world.deliveries(answer))[0:1]
    assert receipt["state"] == "CONFIRMED"


async def test_an_answer_takes_no_number_of_its_own(world: World):
    await world.published()
    await answered(world, "PUBLIC", "答复")
    await world.released(text("下一件", "<p>下</p>"), item=new_id())
    rows = await world.run.sql("SELECT index_no FROM publications ORDER BY index_no")
    assert [row["index_no"][-5:] for row in rows] == ["00001", "00001", "00002"]


async def test_an_answer_inside_stays_inside(world: World):
    await world.published(NOTICE, files=FILES, rings=[INSIDE])
    await answered(world, "WITHIN_ORG", "内部答复")
    async with world.run.browser(READER) as http:
        assert "内部答复" in (await http.get(f"/publisher/internal/items/{ITEM}")).text
        assert (await http.get("/publisher/internal")).text.count("/internal/items/") == 1
    assert await opened(world, OUTSIDER) == 404
    files = [path for path in world.portal.rglob("*") if path.is_file()]
    assert not [path for path in files if "内部答复" in path.read_text("utf-8", errors="ignore")]


async def test_an_inside_answer_is_not_shown_on_the_public_page_of_the_same_item(world: World):
    await world.published(rings=[INSIDE, public("WEBSITE")])
    await answered(world, "WITHIN_ORG", "内部答复")
    await answered(world, "PUBLIC", "公开答复")
    page = world.page(f"/a/{AGENCY}/i/{ITEM}.html")
    assert "公开答复" in page
    assert "内部答复" not in page


async def test_an_answer_wider_than_its_item_is_refused(world: World):
    await world.published(NOTICE, files=FILES, rings=[INSIDE])
    await answered(world, "PUBLIC", "泄露")
    [parked] = await world.run.sql("SELECT kind, reason FROM parked")
    assert (parked["kind"], parked["reason"].partition("(")[0]) == ("refused", "WiderThanItsItem")


async def test_a_tampered_answer_is_refused(world: World):
    await world.published()
    digest = world.others.answer("原来的答复")
    world.others.results[digest]["text"] = "改过的答复"
    feedback = new_id()
    data = contract("feedback.handling-result-released.v1") | {
        "feedbackId": feedback, "itemId": ITEM, "resultHash": digest,
    }  # fmt: skip
    await world.run.receive(
        world.run.message(
            "feedback.handling-result-released.v1", data, f"feedback-{feedback}", AGENCY
        )
    )
    await world.settle()
    answer = derived_id("handling-result", feedback)
    assert await world.code("WEBSITE", answer) == "TextTampered"
    assert "改过的答复" not in world.page(f"/a/{AGENCY}/i/{ITEM}.html")


async def test_an_answer_that_comes_before_its_item_waits(world: World):
    await answered(world, "PUBLIC", "早到的答复")
    [parked] = await world.run.sql("SELECT kind FROM parked")
    assert parked["kind"] == "waiting"
