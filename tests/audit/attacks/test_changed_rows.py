"""Rows 1 to 3: a superuser changes, deletes or hides what is stored. A count sees nothing; verification
names the entry."""

import pytest

from tests.audit.conftest import Store
from tests.audit.test_fsck import RECORDS, plain_look, verified
from tests.audit.test_log import append

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


async def test_a_cut_tail_is_told_by_the_heads_that_were_noted(store: Store) -> None:
    await append(store, RECORDS[:300])
    for table in ("leaf", "payload", "event"):
        await store.attack(f"DELETE FROM ledger_{table} WHERE idx >= 290")
    await store.attack("UPDATE ledger_head SET size = 290")
    assert await plain_look(store)
    told = (await verified(store)).differences
    assert "存档点记录的根包含 300 条，台账现仅有 290 条" in told
    assert "重新计算的根与台账头记载的不同" in told


async def test_an_entry_put_in_from_outside_is_named(store: Store) -> None:
    """With leaf, record and index row, made with the real key, behind the last one."""
    await append(store, RECORDS[:300])
    for table, columns in (
        ("leaf", "leaf"),
        ("payload", "subject, sealed"),
        ("event", "id || 'x', type, service, stream, subject, version, position, agency, actor,"
         " correlation, occurred_at, kafka_at, item"),
    ):  # fmt: skip
        await store.attack(
            f"INSERT INTO ledger_{table} SELECT 300, {columns} FROM ledger_{table} WHERE idx = 5"
        )
    await store.attack("UPDATE ledger_head SET size = 301")
    assert await plain_look(store)
    told = (await verified(store)).differences
    assert any("第 300 条（item-5:1）：查询索引的「id」被改动" in line for line in told)
    assert any("校验树与条目不符" in line for line in told)


async def test_a_finding_that_is_made_to_vanish_is_told_by_the_leaves(store: Store) -> None:
    await append(store, [RECORDS[0], RECORDS[60]])
    assert await store.sql("SELECT 1 FROM ledger_finding")
    await store.attack("DELETE FROM ledger_finding")
    assert (await verified(store)).differences == ["「catalog」事件流 item-0 缺少第 2 至 3 版"]
