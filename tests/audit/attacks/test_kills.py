"""Row 7: the ledger's process, with its signer and its witness, killed again and again under load. Nothing is
lost or doubled, no note contradicts another, and everything that was ever shown is still true."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from services.audit.fsck import check, snapshot
from services.audit.main import SERVICE
from services.audit.publishing.export import Export
from shared.envelope import Message
from tests.audit.attacks.test_exporting import whole as whole_files
from tests.audit.conftest import Store
from tests.audit.processes import Ledger, ledger
from tests.audit.test_feed import slowly, story, until
from tests.audit.test_log import ids, whole
from tests.audit.topics import fresh_topics
from tests.conftest import TestKafka, TestPostgres
from tests.servers import database
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note
from tlog.policy import judge, parse_policy

KILLS = int(os.environ.get("GONGKAI_LEDGER_KILLS", "6"))
SAID = story(streams=60, versions=30)


async def killed(one: Ledger, store: Store, kafka: str, said: list[Message], wait: float) -> None:
    """Started, given something to write, seen to write, and killed a moment later."""
    before = len(await ids(store))
    one.start()
    sending = asyncio.create_task(slowly(kafka, said))
    await until(lambda: more_than(store, before), 120)
    await asyncio.sleep(wait)
    one.kill()
    await sending


async def more_than(store: Store, size: int) -> bool:
    return len(await ids(store)) > size


async def finished(store: Store) -> bool:
    [row] = await store.sql(
        "SELECT (SELECT count(*) FROM ledger_event WHERE position IS NOT NULL) AS n,"
        " (SELECT size FROM ledger_head) = (SELECT max(size) FROM ledger_note WHERE quorum) AS shown"
    )
    return bool(row["n"] == len(SAID) and row["shown"])


@pytest.mark.kafka
@pytest.mark.slow
async def test_a_process_killed_again_and_again_keeps_every_promise(
    postgres: TestPostgres, kafka: TestKafka, tmp_path: Path
) -> None:
    chance = random.Random(11)
    await fresh_topics(kafka.address)
    async with database(postgres, "audit", SERVICE.migrations) as name:
        with ledger(tmp_path, postgres, kafka.address, name) as one:
            store = Store(one.worker, "", "", one.superuser, one.vault)
            for n in range(KILLS):
                some = SAID[n * len(SAID) // KILLS : (n + 1) * len(SAID) // KILLS]
                await killed(one, store, kafka.address, some, chance.uniform(0, 2))
                whole_files(Export(tmp_path / "ledger"))
            one.start()
            await until(lambda: finished(store), 120)
            one.stop()
        await promises(store, tmp_path, parse_policy(one.policy))


async def promises(store: Store, folder: Path, policy) -> None:
    """Each message once; the ledger sound; every note ever released a beginning of what there is."""
    expected = sorted(m.id for m in SAID)
    assert sorted(id for id in await ids(store) if id.startswith("item-")) == expected
    await whole(store)
    async with snapshot(store.worker) as db:
        report = await check(db, store.vault, {}, policy=policy)
    assert report.differences == []
    notes = await store.sql("SELECT note FROM ledger_note ORDER BY at")
    assert report.remembered >= len({checkpoint_of(parse_note(row["note"])).size for row in notes})
    assert whole_files(Export(folder / "ledger")) == report.size
    shown = (folder / "ledger/checkpoint").read_bytes()
    assert judge(policy, parse_note(shown)).quorum
    assert not (folder / "witness/evidence").exists(), "the witness never saw two histories"
