"""What inspectors see: only their own agencies, every step of an item, nothing without the role."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

import shared.events
from services.audit.domain.entry import Received
from services.audit.feed import vault_of
from services.audit.log import leading
from services.audit.main import SERVICE
from services.audit.recount import recount
from services.audit.verification import run_one
from shared.envelope import Message
from tests.audit.records import NOON, message, record
from tests.conftest import TestPostgres
from tests.kernel import Running, running

ITEM = "0199a3c0-0000-7000-8000-000000000001"
CITY, BUREAU, OTHER = "linjiang", "linjiang-sfj", "elsewhere"


def contract(type: str) -> dict[str, Any]:
    file = Path(shared.events.__file__).parent / "contracts" / f"{type}.json"
    data: dict[str, Any] = orjson.loads(file.read_bytes())["data"]
    return data


STORY = (
    ("catalog.item-drafted.v1", f"item-{ITEM}", 1, "p-chen"),
    ("catalog.item-submitted.v1", f"item-{ITEM}", 2, "p-chen"),
    ("approval.review-step-passed.v1", f"review-{ITEM}", 1, "p-li"),
    ("approval.item-approved.v1", f"review-{ITEM}", 2, "p-zhou"),
    ("publisher.publication-scheduled.v1", f"publication-{ITEM}", 1, "p-wang"),
    ("publisher.delivery-confirmed.v1", f"publication-{ITEM}", 2, "service:publisher"),
    ("publisher.item-published.v1", f"publication-{ITEM}", 3, "service:publisher"),
    ("feedback.feedback-received.v1", "feedback-f1", 1, "citizen"),
    ("feedback.feedback-answered.v1", "feedback-f1", 2, "p-chen"),
)


def story() -> list[Message]:
    return [
        message(type, stream, version, contract(type), actor=actor, minutes=n, position=n + 1)
        for n, (type, stream, version, actor) in enumerate(STORY)
    ]


@pytest.fixture
async def audit(postgres: TestPostgres) -> AsyncIterator[Running]:
    async with running(SERVICE, postgres) as service:
        await service.agency(CITY, "临江市")
        await service.agency(BUREAU, "临江市司法局", CITY)
        await service.agency(OTHER, "别处")
        await service.grant("p-inspector", CITY, "SUPERVISOR", organ="o-jw", position="派驻组长")
        await service.grant("p-elsewhere", OTHER, "SUPERVISOR", organ="o-2")
        await service.grant("p-elsewhere", BUREAU, "DRAFTER", organ="o-3")
        await service.grant("p-chen", BUREAU, "DRAFTER")
        yield service


async def told(service: Running, messages: list[Message]) -> None:
    """Into the ledger and into the inbox, as Kafka would."""
    records: list[Received] = [record(m, n) for n, m in enumerate(messages)]
    vault = vault_of(service.runtime)
    async with leading(service.settings.worker_dsn, vault) as ledger:
        await ledger.append(records)
    await service.receive(*messages)


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


async def test_the_verify_button_ends_in_a_report(audit: Running) -> None:
    await told(audit, story())
    inspector = audit.browser("p-inspector")
    answer = await inspector.post("/audit/verifications", data={}, files={"root": ("", b"")})
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert "正在核验" in (await inspector.get(where)).text
    [row] = await audit.sql("SELECT * FROM verifications")
    await run_one(audit.runtime, row)
    page = await inspector.get(where)
    assert "一致：9 条记录全部重新计算" in page.text
    assert "上次核验" in (await inspector.get("/audit/")).text


async def test_a_saved_root_is_downloaded_and_compared_with(audit: Running) -> None:
    await told(audit, story())
    inspector = audit.browser("p-inspector")
    assert (await inspector.post("/audit/roots")).status_code == 303
    file = (await inspector.get("/audit/roots/9")).content
    forged = file.replace(orjson.loads(file)["root"][:4].encode(), b"dead")
    answer = await inspector.post("/audit/verifications", files={"root": ("r.json", forged)})
    [row] = await audit.sql("SELECT * FROM verifications")
    await run_one(audit.runtime, row)
    page = await inspector.get(answer.headers["location"])
    assert "前 9 条的根与事先保存的不同" in page.text
    bad = await inspector.post("/audit/verifications", files={"root": ("r.json", b"{}")})
    assert (bad.status_code, "不是本平台保存的根" in bad.text) == (422, True)


async def test_a_verification_that_cannot_reach_the_services_is_unsound(audit: Running) -> None:
    await told(audit, story())
    api = audit.as_("p-inspector")
    id = (await api.post("/audit/api/v1/verifications", json={"facts": True})).json()["id"]
    [row] = await audit.sql("SELECT * FROM verifications")
    await run_one(audit.runtime, row)
    report = (await api.get(f"/audit/api/v1/verifications/{id}")).json()["report"]
    assert not report["sound"]
    assert "「信息目录」没有应答，无法比对其事实" in report["differences"]


def test_noon_in_the_story_is_beijing_noon() -> None:
    assert NOON.isoformat() == "2026-11-23T04:00:00+00:00"
