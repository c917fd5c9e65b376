"""Row 6: two leaders, one of them paused or cut off from its lock. One writes; the other finds out."""

import asyncio
import signal

import pytest

from services.audit.log import WRITER, LostLead, leading
from tests.audit.conftest import Store
from tests.audit.records import message
from tests.audit.test_feed import at_least, fed, same, started, story, until
from tests.audit.test_log import ids, whole
from tests.audit.test_log import story as records
from tests.audit.topics import fresh_topics, publish
from tests.conftest import TestKafka


async def test_a_leader_that_lost_its_lock_is_stopped_by_the_epoch_alone(store: Store) -> None:
    """The lock is gone, the size is as it was: without the epoch both would write entry 30."""
    some = records(streams=10, versions=6)
    async with leading(store.worker, store.vault) as old:
        await old.append(some[:30])
        batch = await old.prepare(some[30:40])
        await old.db.execute("SELECT pg_advisory_unlock($1)", WRITER)
        async with leading(store.worker, store.vault) as new:
            [head] = await store.sql("SELECT size FROM ledger_head")
            assert head["size"] == batch.start == old.edge.tree.size - 10, (
                "a plain look: all is well"
            )
            with pytest.raises(LostLead, match="'epoch': 2"):
                await old.write(batch)
            await new.append(some)
    assert len(await ids(store)) == 60
    await whole(store)


async def test_of_two_that_both_believe_to_lead_one_writes(store: Store) -> None:
    some = records(streams=10, versions=6)
    async with leading(store.worker, store.vault) as old:
        await old.db.execute("SELECT pg_advisory_unlock($1)", WRITER)
        async with leading(store.worker, store.vault) as new:
            outcomes = await asyncio.gather(
                old.append(some[:20]), new.append(some[10:30]), return_exceptions=True
            )
    assert isinstance(outcomes[0], LostLead)
    assert outcomes[1] == 20
    await whole(store)


@pytest.mark.kafka
async def test_a_paused_leader_that_wakes_up_does_not_write(store: Store, kafka: TestKafka) -> None:
    said = story(streams=30, versions=6)
    await fresh_topics(kafka.address)
    await publish(kafka.address, said[:200])
    old = await started(store, kafka)
    new = None
    try:
        await until(lambda: at_least(store, 200))
        old.send_signal(signal.SIGSTOP)
        [lock] = await store.sql("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
        await store.attack("SELECT pg_terminate_backend($1)", lock["pid"])
        new = await started(store, kafka)
        await publish(kafka.address, said[200:])
        await until(lambda: at_least(store, len(said)))
        old.send_signal(signal.SIGCONT)
        assert await asyncio.wait_for(old.wait(), 30) != 0, "it finds its connection gone, and ends"
    finally:
        for one in (old, new):
            if one and one.returncode is None:
                one.kill()
                await one.wait()
    await same(store, said)
    more = message("catalog.item-revised.v1", "item-x", 1, position=1000)
    await publish(kafka.address, [more])
    await fed(store, kafka, len(said) + 1)
    await same(store, [*said, more])
