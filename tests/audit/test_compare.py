"""The ledger against what the services hold: every fact by its id and hash."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.audit.compare import Unreachable, compare
from services.audit.domain.report import Report
from services.audit.fsck import check, snapshot
from shared.envelope import Message, fingerprint
from tests.audit.conftest import Store
from tests.audit.records import message, record
from tests.audit.test_fsck import verified
from tests.audit.test_log import append

SAID = [
    message("catalog.item-revised.v1", f"item-{n}", 1, {"itemId": str(n)}, position=n)
    for n in range(1, 31)
]


class Held:
    """The facts a service gives; a test changes them."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.facts: list[dict[str, Any]] = [
            {"id": m.id, "position": int(m.headers["ce_position"]), "sha256": fingerprint(m)}
            for m in messages
        ]
        self.down = ""

    async def __call__(self, service: str, after: int, limit: int) -> Sequence[Mapping[str, Any]]:
        if service == self.down:
            raise Unreachable(service)
        mine = self.facts if service == "catalog" else []
        return [fact for fact in mine if fact["position"] > after][:7]


async def compared(store: Store, held: Held) -> Report:
    async with snapshot(store.worker) as db, snapshot(store.worker) as later:
        report = await check(db, store.vault, {})
        await compare(db, later, store.vault, held, report, patience=0)
        return report.finish()


async def test_equal_facts_and_entries_compare_sound(store: Store) -> None:
    await append(store, [record(m, n) for n, m in enumerate(SAID)])
    report = await compared(store, Held(SAID))
    assert report.sound
    assert report.facts == {"catalog": 30, "approval": 0, "publisher": 0, "feedback": 0, "audit": 0}


async def test_a_changed_fact_a_missing_fact_and_an_invented_fact_are_named(store: Store) -> None:
    await append(store, [record(m, n) for n, m in enumerate(SAID[:29])])
    assert (await verified(store)).sound  # the ledger alone cannot know
    held = Held(SAID)
    held.facts[3]["sha256"] = "0" * 64
    del held.facts[10]
    report = await compared(store, held)
    assert report.differences == [
        "「信息目录」的事实 item-4:1 与台账内容不同",
        "台账中的 item-11:1 在「信息目录」的事实中已不存在",
        "「信息目录」的事实 item-30:1 没有进入台账",
    ]


async def test_of_a_destroyed_record_only_the_id_is_compared(store: Store) -> None:
    await append(store, [record(m, n) for n, m in enumerate(SAID)])
    await store.sql(
        "UPDATE vault_key SET wrapped = NULL, destroyed_at = now() WHERE subject ="
        " (SELECT subject FROM ledger_payload WHERE idx = 3)"
    )
    held = Held(SAID)
    missing = held.facts.pop(3)
    report = await compared(store, held)
    lost = [text for text in report.differences if "的事实" in text]
    assert lost == [f"台账中的 {missing['id']} 在「信息目录」的事实中已不存在"]
    held.facts.insert(3, missing)
    [unlawful] = (await compared(store, held)).differences
    assert "没有依法销毁的记录" in unlawful


async def test_facts_deleted_at_the_end_are_named(store: Store) -> None:
    await append(store, [record(m, n) for n, m in enumerate(SAID)])
    report = await compared(store, Held(SAID[:28]))
    assert len(report.differences) == 2


async def test_a_service_that_does_not_answer_makes_it_unsound(store: Store) -> None:
    await append(store, [record(m, n) for n, m in enumerate(SAID)])
    held = Held(SAID)
    held.down = "publisher"
    assert (await compared(store, held)).differences == ["「发布」没有应答，无法比对其事实"]
