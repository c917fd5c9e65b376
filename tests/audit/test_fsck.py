"""Attacks on the ledger by a superuser: each passes a plain look, none passes verification."""

from collections.abc import Mapping, Sequence

import pytest

from services.audit.domain.received import Received
from services.audit.domain.report import Report
from services.audit.fsck import check, snapshot
from services.audit.log import leading
from tests.audit.conftest import Store
from tests.audit.records import message, record
from tests.audit.test_log import append, story

RECORDS = story(streams=20, versions=20)


async def verified(store: Store, saved: Mapping[int, str] | None = None) -> Report:
    async with snapshot(store.worker) as db:
        return (await check(db, store.vault, saved or {})).finish()


async def plain_look(store: Store) -> bool:
    """What a count would see: as many entries, records and index rows as the head says."""
    [row] = await store.sql(
        "SELECT (SELECT count(*) FROM ledger_leaf) = size AND (SELECT count(*) FROM ledger_event) = size"
        " AND (SELECT count(*) FROM ledger_payload) = size AS good FROM ledger_head"
    )
    good: bool = row["good"]
    return good


async def root(store: Store) -> dict[int, str]:
    [head] = await store.sql("SELECT size, root FROM ledger_head")
    return {head["size"]: head["root"].hex()}


async def test_an_untouched_ledger_is_sound(store: Store) -> None:
    await append(store, RECORDS[:300], RECORDS[300:])
    report = await verified(store, await root(store))
    assert (report.sound, report.checked, report.saved) == (True, 400, [400]), report.differences


async def test_an_empty_ledger_is_not_sound(store: Store) -> None:
    report = await verified(store)
    assert not report.sound
    assert report.differences == ["台账中没有任何记录，无可核验"]


SWAP = "UPDATE {t} a SET {c} = b.{c} FROM {t} b WHERE (a.idx, b.idx) IN ((5, 6), (6, 5))"
ATTACKS = {
    "edit a leaf": (
        "UPDATE ledger_leaf SET leaf = replace(convert_from(leaf, 'UTF8'), 'linjiang', 'xxxjiang')::bytea"
        " WHERE idx = 5",
        "第 5 条",
    ),
    "swap two leaves": (SWAP.format(t="ledger_leaf", c="leaf"), "第 5 条"),
    "edit a record": (
        "UPDATE ledger_payload SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE idx = 5",
        "第 5 条（item-5:1）：原始消息已被改动或调换",
    ),
    "swap two records": (SWAP.format(t="ledger_payload", c="sealed"), "第 6 条"),
    "say somebody else did it": (
        "UPDATE ledger_event SET actor = 'p-other' WHERE idx = 5",
        "第 5 条（item-5:1）：查询索引的「actor」被改动：应为 p-chen，现为 p-other",
    ),
    "move an event in time": (
        "UPDATE ledger_event SET occurred_at = occurred_at - interval '1 day' WHERE idx = 5",
        "查询索引的「occurred_at」被改动",
    ),
    "hide an event from its agency": (
        "UPDATE ledger_event SET agency = 'elsewhere' WHERE idx = 5",
        "查询索引的「agency」被改动",
    ),
    "edit a tile": (
        "UPDATE ledger_tile SET data = set_byte(data, 64, get_byte(data, 64) # 1) WHERE (level, n) = (0, 0)",
        "校验树与条目不符：条目第 2 个",
    ),
    "exchange a key": (
        "UPDATE vault_key SET wrapped = (SELECT max(wrapped) FROM vault_key) WHERE subject ="
        " (SELECT subject FROM ledger_payload WHERE idx = 5)",
        "第 5 条（item-5:1）：密钥缺失",
    ),
    "lose a key": (
        "DELETE FROM vault_key WHERE subject = (SELECT subject FROM ledger_payload WHERE idx = 5)",
        "第 5 条（item-5:1）：密钥缺失",
    ),
    "change the root in the head": (
        "UPDATE ledger_head SET root = set_byte(root, 3, get_byte(root, 3) # 1)",
        "重新计算的根与台账头记载的不同",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_change_that_a_plain_look_misses_is_named(store: Store, attack: str) -> None:
    change, told = ATTACKS[attack]
    await append(store, RECORDS[:300])
    await store.attack(change)
    assert await plain_look(store)
    report = await verified(store)
    assert not report.sound
    assert any(told in line for line in report.differences), report.differences


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (["leaf"], "第 5 条（item-5:1）：台账条目缺失"),
        (["payload"], "第 5 条（item-5:1）：原始消息缺失"),
        (["event"], "第 5 条（item-5:1）：查询索引中缺失"),
        (["leaf", "payload", "event"], "第 5 条至第 5 条缺失"),
    ],
)
async def test_a_deleted_entry_is_named(store: Store, tables: list[str], told: str) -> None:
    await append(store, RECORDS[:300])
    for table in tables:
        await store.attack(f"DELETE FROM ledger_{table} WHERE idx = 5")
    report = await verified(store)
    assert any(told in line for line in report.differences), report.differences


async def rewritten(store: Store, records: Sequence[Received]) -> None:
    """Everything thrown away and written again by someone who holds every key."""
    await store.attack(
        "TRUNCATE ledger_leaf, ledger_payload, ledger_event, ledger_tile, ledger_source,"
        " ledger_finding, ledger_checkpoint"
    )
    await store.attack("UPDATE ledger_head SET size = 0, root = sha256('')")
    async with leading(store.worker, store.vault) as ledger:
        await ledger.append(records)


async def test_a_rewritten_ledger_passes_by_itself_and_fails_against_the_saved_root(
    store: Store,
) -> None:
    await append(store, RECORDS)
    saved = await root(store)
    forged = message(
        "catalog.item-revised.v1", "item-7", 2, {"itemId": "7", "by": "p-other"}, position=28
    )
    await rewritten(store, [*RECORDS[:27], record(forged, 27), *RECORDS[28:]])
    assert await plain_look(store)
    assert (await verified(store)).sound
    report = await verified(store, saved)
    assert report.differences == ["前 400 条的根与事先保存的不同：这些条目中有的被改动过"]


async def test_a_cut_tail_passes_by_itself_and_fails_against_the_saved_root(store: Store) -> None:
    await append(store, RECORDS)
    saved = await root(store)
    await rewritten(store, RECORDS[:390])
    assert (await verified(store)).sound
    report = await verified(store, saved)
    assert report.differences == ["事先保存的根包含 400 条，台账现仅有 390 条"]


async def test_a_ledger_that_grew_still_fits_an_older_root(store: Store) -> None:
    await append(store, RECORDS[:123])
    saved = await root(store)
    await append(store, RECORDS[123:])
    report = await verified(store, saved)
    assert (report.sound, report.saved) == (True, [123])


async def test_an_open_gap_is_a_difference(store: Store) -> None:
    await append(store, [RECORDS[0], RECORDS[60]])
    assert (await verified(store)).differences == ["「catalog」事件流 item-0 缺少第 2 至 3 版"]
