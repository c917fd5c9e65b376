"""A database that comes back older, or other, than the world knows it: nothing is signed."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from services.audit.domain.received import Received
from services.audit.house import House
from services.audit.log import leading
from services.audit.publishing import gate
from services.audit.publishing.agreement import Forked
from services.audit.publishing.outside import Ahead, Refused
from services.audit.publishing.repair import Records, Unrepaired
from shared.events import Json
from tests.audit.conftest import Store
from tests.audit.parties import ORIGIN, Parties, copied, noted, parties, writing
from tests.audit.test_fsck import verified
from tests.audit.test_log import ids, story, whole
from tests.conftest import TestPostgres
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note

RECORDS = story(streams=40, versions=20)


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@asynccontextmanager
async def standby(store: Store, postgres: TestPostgres) -> AsyncIterator[Store]:
    """A copy of the database as it is now, that gets nothing more."""
    name = f"test_standby_{secrets.token_hex(4)}"
    yield await copied(store, postgres.admin_dsn, name)
    db = await asyncpg.connect(postgres.admin_dsn)
    await db.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await db.close()


def still_held(records: Sequence[Received]) -> Records:
    """What the topics still hold."""

    async def look(said: Sequence[Json]) -> Sequence[Sequence[Received]]:
        held = {dict(one.headers)["ce_id"].decode(): one for one in records}
        return [[held[one["id"]]] if one["id"] in held else [] for one in said]

    return look


async def written(store: Store, known: Parties, *batches: Sequence[Received]) -> None:
    """Taken in, with the log's own entries in between, and published."""
    async with known.publisher(store) as publisher, leading(store.worker, store.vault) as ledger:
        house = House(ledger)
        await house.open(ORIGIN)
        for batch in batches:
            await ledger.append(batch)
            await house.keep(datetime.now(UTC))
            await noted(ledger)
            await publisher.publish()


async def passed(store: Store, known: Parties, records: Records) -> int:
    """Lead through the gate; returns the size behind it."""
    async with known.publisher(store) as publisher, leading(store.worker, store.vault) as ledger:
        await gate.passed(ledger, publisher, records)
        return ledger.size


async def test_an_agreeing_database_passes(store: Store, known: Parties) -> None:
    assert await passed(store, known, still_held([])) == 0
    await written(store, known, RECORDS[:300])
    assert await passed(store, known, still_held([])) == 301


async def test_a_standby_left_behind_gets_its_lost_entries_back_and_the_same_root(
    store: Store, known: Parties, postgres: TestPostgres
) -> None:
    await written(store, known, RECORDS[:300])
    async with standby(store, postgres) as behind:
        gap = [RECORDS[-1]]  # makes the log speak of itself in the part that is lost
        await written(store, known, RECORDS[300:420], gap, RECORDS[420:560])
        published = checkpoint_of(parse_note(known.note()))
        assert await passed(behind, known, still_held(RECORDS)) == published.size
        back = await ids(behind)
        assert back == (await ids(store))[: published.size]
        assert any(id.startswith("gap-") for id in back[301:])
        await whole(behind)
        assert (await verified(behind, {published.size: published.root.hex()})).saved
        rows = "SELECT id, actor, item, position, subject FROM ledger_event ORDER BY idx"
        assert await behind.sql(rows) == (await store.sql(rows))[: published.size]
        # What nobody outside has seen comes again from the topics, as new.
        async with writing(behind) as ledger:
            assert await ledger.append(RECORDS) == 240 - 1
        assert not (await behind.sql("SELECT 1 FROM ledger_finding WHERE kind = 'behind'"))[1:]


async def test_without_the_records_nothing_is_put_back_and_nothing_is_signed(
    store: Store, known: Parties, postgres: TestPostgres
) -> None:
    await written(store, known, RECORDS[:100])
    async with standby(store, postgres) as behind:
        await written(store, known, RECORDS[100:200])
        with pytest.raises(Unrepaired, match="第 151 条（item-30:4）的原始消息找不到"):
            await passed(behind, known, still_held(RECORDS[:150]))
        assert len(await ids(behind)) == 101
        [finding] = await behind.sql("SELECT kind, closed_at FROM ledger_finding")
        assert tuple(finding) == ("behind", None)
        [shown] = await behind.sql("SELECT trouble FROM ledger_published")
        assert "数据库丢失了条目" in shown["trouble"]
        assert await passed(behind, known, still_held(RECORDS)) == 201
        assert not await behind.sql("SELECT 1 FROM ledger_finding WHERE closed_at IS NULL")
        [shown] = await behind.sql("SELECT trouble FROM ledger_published")
        assert not shown["trouble"]


async def test_exported_files_that_were_changed_put_nothing_back(
    store: Store, known: Parties, postgres: TestPostgres
) -> None:
    await written(store, known, RECORDS[:100])
    async with standby(store, postgres) as behind:
        await written(store, known, RECORDS[100:200])
        bundle = known.folder / "public/log/tile/entries/000.p/201"
        bundle.write_bytes(bundle.read_bytes().replace(b"item-20:4", b"item-21:4"))
        with pytest.raises(Unrepaired):
            await passed(behind, known, still_held(RECORDS))
        assert len(await ids(behind)) == 101


async def test_a_database_that_went_another_way_is_refused_for_ever(
    store: Store, known: Parties, postgres: TestPostgres
) -> None:
    await written(store, known, RECORDS[:100])
    async with standby(store, postgres) as other:
        await written(store, known, RECORDS[100:200])
        async with writing(other) as ledger:
            await ledger.append(RECORDS[150:300])
        for _ in range(2):
            with pytest.raises(Forked, match="记得的前 201 条与本台账不一致"):
                await passed(other, known, still_held(RECORDS))
        [finding] = await other.sql("SELECT kind FROM ledger_finding WHERE kind = 'fork'")
        assert finding["kind"] == "fork"


async def test_an_exported_checkpoint_that_was_changed_stops_everything(
    store: Store, known: Parties
) -> None:
    await written(store, known, RECORDS[:100])
    file = known.folder / "public/log/checkpoint"
    file.write_bytes(file.read_bytes().replace(b"101", b"100", 1))
    with pytest.raises(Forked, match="已导出的存档点被改动过"):
        await passed(store, known, still_held([]))


@pytest.mark.parametrize("left", ["upper", "signer", "files"])
async def test_any_one_of_those_outside_is_enough_to_notice(
    store: Store, known: Parties, postgres: TestPostgres, left: str
) -> None:
    """The exported files can be gone with the host, witnesses be away: one memory suffices."""
    await written(store, known, RECORDS[:100])
    async with standby(store, postgres) as behind:
        await written(store, known, RECORDS[100:200])
        known.away = {"upper", "discipline", "signer"} - {left}
        if left != "files":
            (known.folder / "public/log/checkpoint").unlink()
        with pytest.raises((Ahead, Unrepaired)):
            await passed(behind, known, still_held([]))


async def test_while_nobody_outside_can_be_asked_nothing_is_taken_in(
    store: Store, known: Parties
) -> None:
    known.away = {"upper", "discipline", "signer"}
    with pytest.raises(Refused, match="没有应答"):
        await passed(store, known, still_held([]))
    [shown] = await store.sql("SELECT trouble FROM ledger_published")
    assert shown["trouble"] == "签名器与见证方均没有应答，暂不入账、不签名"
