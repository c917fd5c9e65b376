"""The writer: each event once, whatever is delivered; nothing can be changed; one writer."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg
import orjson
import pytest

from services.audit import findings
from services.audit.domain.received import Received
from services.audit.log import Damaged, LostLead, leading
from services.audit.vault import Unsealable, unseal
from tests.audit.conftest import Store
from tests.audit.records import message, record
from tlog.merkle import leaf_hash, root_of


def story(streams: int = 6, versions: int = 5) -> list[Received]:
    """Items in turn, each version after the other."""
    said = [
        message("catalog.item-revised.v1", f"item-{s}", v, {"itemId": str(s), "v": v}, position=p)
        for p, (v, s) in enumerate(
            ((v, s) for v in range(1, versions + 1) for s in range(streams)), start=1
        )
    ]
    return [record(one, offset) for offset, one in enumerate(said)]


async def append(store: Store, *batches: Sequence[Received]) -> list[int]:
    async with leading(store.worker, store.vault) as ledger:
        return [await ledger.append(batch) for batch in batches]


async def ids(store: Store) -> list[str]:
    rows = await store.sql("SELECT leaf FROM ledger_leaf ORDER BY idx")
    return [orjson.loads(row["leaf"])["id"] for row in rows]


async def whole(store: Store) -> None:
    """Head, tiles, leaves and index agree."""
    leaves = [r["leaf"] for r in await store.sql("SELECT leaf FROM ledger_leaf ORDER BY idx")]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    [head] = await store.sql("SELECT size, root FROM ledger_head")
    assert (head["size"], head["root"]) == (len(leaves), root_of(hashes))
    tiles = await store.sql("SELECT data FROM ledger_tile WHERE level = 0 ORDER BY n")
    assert b"".join(tile["data"] for tile in tiles) == b"".join(hashes)
    assert len(set(await ids(store))) == len(leaves)


async def test_redelivered_and_shuffled_records_are_in_the_ledger_once(store: Store) -> None:
    records = story(streams=40, versions=10)
    chance = random.Random(7)
    batches = [records[n : n + 90] + records[max(0, n - 30) : n] for n in range(0, 400, 90)]
    for batch in batches:
        chance.shuffle(batch)
    batches += [chance.sample(records, 100)]
    assert sum(await append(store, *batches)) == 400
    assert sorted(await ids(store)) == sorted(
        f"item-{s}:{v}" for s in range(40) for v in range(1, 11)
    )
    await whole(store)
    assert not await store.sql("SELECT * FROM ledger_finding WHERE closed_at IS NULL")


async def test_a_second_run_goes_on_at_the_edge_of_the_first(store: Store) -> None:
    records = story(streams=60, versions=10)
    for size in (1, 254, 1, 1, 255, 88):
        assert await append(store, records[:size]) == [size]
        records = records[size:]
    await whole(store)


async def test_the_record_is_sealed_and_opens_only_as_itself(store: Store) -> None:
    await append(store, story(1, 1))
    [row] = await store.sql("SELECT * FROM ledger_payload")
    assert b"itemId" not in row["sealed"]
    db = await asyncpg.connect(store.worker)
    key = (await store.vault.known(db, [row["subject"]]))[row["subject"]]
    await db.close()
    assert key is not None
    assert b"itemId" in unseal(key, "item-0:1", row["sealed"])
    for name, sealed in (("item-0:2", row["sealed"]), ("item-0:1", row["sealed"][:-1] + b"x")):
        with pytest.raises(Unsealable):
            unseal(key, name, sealed)


async def test_leaves_and_records_cannot_be_changed(store: Store) -> None:
    await append(store, story(1, 2))
    for table in ("ledger_leaf", "ledger_payload"):
        for change in (f"UPDATE {table} SET idx = 9", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await store.sql(change)
            db = await asyncpg.connect(store.owner)
            with pytest.raises(asyncpg.RaiseError):
                await db.execute(change)
            await db.close()
    with pytest.raises(asyncpg.RaiseError):
        await store.sql("UPDATE ledger_tile SET data = set_byte(data, 0, 1)")
    await whole(store)


async def test_other_content_under_a_known_id_is_a_conflict_and_kept(store: Store) -> None:
    good, forged = (
        record(message("catalog.item-drafted.v1", "item-1", 1, {"by": who}), 3) for who in "ab"
    )
    assert await append(store, [good, forged], [forged], [good]) == [2, 0, 0]
    assert [i.partition("!")[0] for i in await ids(store)] == ["item-1:1", "item-1:1"]
    [found] = await store.sql("SELECT kind, idx FROM ledger_finding")
    assert (found["kind"], found["idx"]) == ("conflict", 1)
    await whole(store)


async def test_an_unreadable_record_gets_a_leaf_and_its_reason(store: Store) -> None:
    bad = Received("gongkai.catalog", 3, 17, 1, 5, b"k", (("ce_id", b"\xff"),), b"\x00\xff")
    good = record(message("catalog.item-drafted.v1", "item-1"), 1)
    assert await append(store, [bad, good], [bad]) == [2, 0]
    [row] = await store.sql("SELECT * FROM ledger_quarantine")
    assert (row["idx"], row["offset"], row["reason"]) == (0, 17, "key or headers are not UTF-8")


async def test_a_gap_is_found_and_closed_when_the_missing_arrives(store: Store) -> None:
    records = story(1, 6)
    await append(store, [records[0], records[3], records[5]])
    rows = await store.sql(
        "SELECT first, last FROM ledger_finding WHERE closed_at IS NULL ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [(2, 3), (5, 5)]
    await append(store, [records[1]], [records[4]])
    rows = await store.sql("SELECT first, last FROM ledger_finding WHERE closed_at IS NULL")
    assert [tuple(row) for row in rows] == [(2, 3)]
    await append(store, [records[2]])
    assert not await store.sql("SELECT 1 FROM ledger_finding WHERE closed_at IS NULL")


def watermark(count: int, position: int, version: int) -> Received:
    said = {"count": count, "position": position}
    type = "catalog.watermark-stated.v1"
    return record(message(type, "watermark-catalog", version, said, position=position + 1), 99)


async def test_facts_missing_against_a_watermark_are_found_and_closed(store: Store) -> None:
    records = story(3, 1)
    await append(store, [records[0], records[2], watermark(3, 3, 1)])
    db = await asyncpg.connect(store.worker)
    try:
        assert await findings.check_watermarks(db, 60) == []
        assert await findings.check_watermarks(db, 0) == ["catalog"]
        assert await findings.check_watermarks(db, 0) == []
        [found] = await store.sql("SELECT kind, subject FROM ledger_finding WHERE kind <> 'gap'")
        assert tuple(found) == ("omission", "catalog: 3 / 2")
        await append(store, [records[1]])
        assert await findings.check_watermarks(db, 0) == []
        assert not await store.sql("SELECT 1 FROM ledger_finding WHERE closed_at IS NULL")
        await append(store, [watermark(4, 4, 2)])
        assert await findings.check_watermarks(db, 0) == []
    finally:
        await db.close()


async def test_facts_nobody_stated_are_found_too(store: Store) -> None:
    await append(store, [*story(3, 1), watermark(2, 3, 1)])
    db = await asyncpg.connect(store.worker)
    await findings.check_watermarks(db, 0)
    await db.close()
    [found] = await store.sql("SELECT kind, subject FROM ledger_finding")
    assert tuple(found) == ("surplus", "catalog: 2 / 3")


async def test_a_second_writer_waits_until_the_first_is_gone(store: Store) -> None:
    order: list[str] = []

    async def write(name: str) -> None:
        async with leading(store.worker, store.vault) as ledger:
            order.append(f"{name} leads")
            await ledger.append(story(1, 2))
            await asyncio.sleep(0.3)
            order.append(f"{name} ends")

    await asyncio.gather(write("one"), write("two"))
    assert [line.split()[1] for line in order] == ["leads", "ends", "leads", "ends"]
    await whole(store)


async def test_a_writer_whose_lock_was_stolen_cannot_append(store: Store) -> None:
    async with leading(store.worker, store.vault) as old:
        await old.append(story(1, 1))
        await store.sql("SELECT 1")
        await store.attack("UPDATE ledger_head SET epoch = epoch + 1")
        with pytest.raises(LostLead):
            await old.append(story(1, 2))
    assert len(await ids(store)) == 1


async def test_nothing_is_appended_to_a_ledger_whose_edge_was_changed(store: Store) -> None:
    await append(store, story(1, 3))
    await store.attack("UPDATE ledger_tile SET data = set_byte(data, 40, 0)")
    with pytest.raises(Damaged):
        await append(store, story(1, 4))
