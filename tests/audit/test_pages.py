"""What inspectors see: only their own agencies, every step of an item, nothing without the role."""

from datetime import UTC, datetime, timedelta

from services.audit.recount import recount
from tests.audit.records import NOON, message
from tests.audit.story import BUREAU, ITEM, OTHER, STORY, contract, story, told
from tests.kernel import Running


async def test_the_timeline_tells_every_step_of_an_item(audit: Running) -> None:
    await told(audit, story())
    answer = await audit.as_("p-inspector").get(f"/audit/api/v1/items/{ITEM}/timeline")
    lines = answer.json()["timeline"]
    assert [line["what"] for line in lines] == [
        "拟稿", "送审", "审查通过", "批准", "排期发布", "渠道发布确认", "公开", "收到意见", "拟定答复",
    ]  # fmt: skip
    passed = lines[2]
    assert (passed["who"], passed["position"]) == ("p-li", "保密审查员")
    assert passed["hash"].endswith("beef")
    assert "保密审查" in passed["note"]
    assert "台账第 2 条" in passed["note"]
    assert "公开期限：2026年12月18日" in lines[0]["note"]
    approved, answered = lines[3], lines[-1]
    assert approved["who"] == "p-zhou", (
        "an approval is the act of whoever decided, not of the drafter"
    )
    assert (answered["who"], answered["position"]) == ("p-chen", "科员"), "held on that day"
    page = await audit.browser("p-inspector").get(f"/audit/items/{ITEM}")
    assert page.status_code == 200
    assert "关于公布2026年度法律援助机构名册的通知" in page.text
    assert "2026年11月23日 12:02" in page.text


async def test_search_finds_by_title_document_number_and_id(audit: Running) -> None:
    await told(audit, story())
    inspector = audit.browser("p-inspector")
    for text in ("法律援助", "临司〔2026〕12号", ITEM):
        page = await inspector.get("/audit/items", params={"q": text, "agency": BUREAU})
        assert f"/audit/items/{ITEM}" in page.text
    assert "没有符合条件" in (await inspector.get("/audit/items", params={"q": "%"})).text


async def test_other_agencies_and_other_roles_see_nothing(audit: Running) -> None:
    await told(audit, story())
    paths = ["", "overdue", "items", "events", "verifications", "roots", f"items/{ITEM}"]
    for path in paths:
        assert (await audit.browser("p-chen").get(f"/audit/{path}")).status_code == 403
        assert (await audit.browser().get(f"/audit/{path}")).status_code == 303
    elsewhere = audit.browser(
        "p-elsewhere"
    )  # a drafter of the bureau, but its inspector is another
    assert (await elsewhere.get(f"/audit/items/{ITEM}")).status_code == 404
    for path in ("items", "events", "overdue", ""):
        page = await elsewhere.get(f"/audit/{path}")
        assert page.status_code == 200
        assert ITEM not in page.text
        assert "司法局" not in page.text


async def test_entries_are_listed_by_agency_type_and_day_in_pages(audit: Running) -> None:
    said = [
        message(
            "catalog.item-drafted.v1", f"item-{n}", 1, {"itemId": str(n)}, minutes=n, agency=BUREAU
        )
        for n in range(70)
    ]
    await told(audit, [*said, message("catalog.item-drafted.v1", "item-x", agency=OTHER)])
    inspector = audit.as_("p-inspector")
    first = (await inspector.get("/audit/api/v1/events", params={"agency": BUREAU})).json()
    second = (
        await inspector.get("/audit/api/v1/events", params={"before": first["before"]})
    ).json()
    found = [event["idx"] for event in [*first["events"], *second["events"]]]
    assert found == list(range(69, -1, -1))
    for asked, count in (
        ({"since": "2026-11-23", "until": "2026-11-23"}, 50),
        ({"since": "2026-11-24"}, 0),
        ({"type": "approval.item-approved.v1"}, 0),
    ):
        answer = (await inspector.get("/audit/api/v1/events", params=asked)).json()
        assert len(answer["events"]) == count
    wrong = await inspector.get("/audit/api/v1/events", params={"since": "昨天"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "since")
    assert "下一页" in (await audit.browser("p-inspector").get("/audit/events")).text


async def test_overdue_items_are_listed_until_they_are_public(audit: Running) -> None:
    late = {**contract("catalog.item-drafted.v1"), "publishBy": {"due": "2026-01-05"}}
    drafted = message("catalog.item-drafted.v1", f"item-{ITEM}", 1, late)
    missed = message(
        "catalog.obligation-missed.v1", f"item-{ITEM}", 2, contract("catalog.obligation-missed.v1")
    )
    await told(audit, [drafted, missed])
    page = await audit.browser("p-inspector").get("/audit/overdue")
    assert "已逾期" in page.text
    assert ITEM in (await audit.as_("p-inspector").get("/audit/api/v1/tasks")).text
    await audit.receive(
        message(
            "publisher.item-published.v1",
            f"publication-{ITEM}",
            1,
            contract("publisher.item-published.v1"),
        )
    )
    assert "没有逾期" in (await audit.browser("p-inspector").get("/audit/overdue")).text


async def test_statuses_that_overtake_each_other_end_at_the_latest(audit: Running) -> None:
    published, drafted = STORY[6][0], STORY[0][0]
    await told(
        audit,
        [
            message(published, f"publication-{ITEM}", 1, contract(published), minutes=6),
            message(drafted, f"item-{ITEM}", 1, contract(drafted), minutes=1),
        ],
    )
    [row] = await audit.sql("SELECT status, title, published_on FROM items")
    assert row["status"] == "PUBLISHED"


async def test_the_board_shows_the_recount_as_chart_data_and_as_table(audit: Running) -> None:
    drafted = STORY[0][0]
    now = datetime.now(UTC)
    said = [
        message(
            drafted, f"item-{n}", 1, {"itemId": str(n)}, agency=agency, at=now - timedelta(hours=n)
        )
        for n, agency in enumerate((BUREAU, BUREAU, OTHER, BUREAU))
    ]
    await told(audit, said)
    assert await recount(audit.runtime.worker_pool) == 4
    assert await recount(audit.runtime.worker_pool) == 0
    board = (await audit.as_("p-inspector").get("/audit/api/v1/board?window=days")).json()
    assert [one["name"] for one in board["series"]] == ["拟稿", "批准", "公开", "答复意见"]
    assert len(board["labels"]) == 30
    assert sum(board["series"][0]["values"]) == 3
    [bureau] = board["agencies"]
    assert (bureau["name"], bureau["counts"]["drafted"]["week"]) == ("临江市司法局", 3)
    assert (board["drift"], board["lastDrift"]["drift"]) == (0, 4)
    page = await audit.browser("p-inspector").get("/audit/")
    assert "上次与台账核对" in page.text
    assert "<script>" not in page.text
    assert " style=" not in page.text


def test_noon_in_the_story_is_beijing_noon() -> None:
    assert NOON.isoformat() == "2026-11-23T04:00:00+00:00"
