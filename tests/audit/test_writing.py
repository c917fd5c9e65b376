"""The writer's pipeline: the next batch is computed while the last is written, and loses no guarantee."""

import asyncio

import pytest

from services.audit.log import CHECKPOINT, Pooled, leading
from tests.audit.conftest import Store
from tests.audit.pooler import pooled
from tests.audit.records import message, record
from tests.audit.test_log import append, ids, story, whole

RECORDS = story(streams=10, versions=10)


async def test_a_batch_computed_while_another_is_written_knows_what_that_one_adds(
    store: Store,
) -> None:
    forged = record(message("catalog.item-revised.v1", "item-3", 1, {"by": "other"}), 400)
    async with leading(store.worker, store.vault) as ledger:
        writing = asyncio.create_task(ledger.write(await ledger.prepare(RECORDS[:60])))
        second = await ledger.prepare([*RECORDS[40:90], forged])
        assert await writing == 60
        assert await ledger.write(second) == 31
        assert await ledger.append([*RECORDS[80:], forged]) == 10
    assert len(await ids(store)) == 101
    await whole(store)


async def test_a_subject_new_in_two_batches_at_once_has_one_key(store: Store) -> None:
    async with leading(store.worker, store.vault) as ledger:
        batches = [await ledger.prepare(RECORDS[n : n + 10]) for n in range(0, 50, 10)]
        for batch in batches:
            await ledger.write(batch)
    assert len(await store.sql("SELECT 1 FROM vault_key")) == 10
    assert len(await store.sql("SELECT DISTINCT subject FROM ledger_payload")) == 10


async def test_a_batch_that_cannot_be_written_leaves_nothing(store: Store) -> None:
    await append(store, RECORDS[:5])
    async with leading(store.worker, store.vault) as ledger:
        batch = await ledger.prepare(RECORDS[5:20])
        await store.attack("INSERT INTO ledger_leaf VALUES (15, 'x')")
        with pytest.raises(Exception, match="ledger_leaf_pkey"):
            await ledger.write(batch)
    await store.attack("DELETE FROM ledger_leaf WHERE idx = 15")
    await whole(store)
    assert await append(store, RECORDS) == [95]
    await whole(store)


async def test_heads_are_noted_for_signing_once_a_second_at_most(store: Store) -> None:
    async with leading(store.worker, store.vault) as ledger:
        for n in range(0, 30, 10):
            await ledger.append(RECORDS[n : n + 10])
        await asyncio.sleep(CHECKPOINT)
        await ledger.append(RECORDS[30:40])
    noted = await store.sql("SELECT size, root FROM ledger_checkpoint ORDER BY size")
    assert [row["size"] for row in noted] == [10, 40]
    [head] = await store.sql("SELECT root FROM ledger_head")
    assert noted[-1]["root"] == head["root"]


async def test_a_connection_through_a_pooler_is_refused(store: Store) -> None:
    """Transaction pooling would hand our lock to whoever comes next."""
    async with pooled(store.worker) as dsn:
        with pytest.raises(Pooled):
            async with leading(dsn, store.vault):
                pass
    assert await append(store, RECORDS) == [100]
