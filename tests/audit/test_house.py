"""What the log says of itself: its beginning, gaps, closed days, its end. Each is an entry like another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from services.audit.domain.day import days_to_close
from services.audit.domain.entry import read
from services.audit.domain.index import content
from services.audit.domain.system import system_entry
from services.audit.house import Frozen, House, Saying
from services.audit.log import leading
from services.audit.vault import unseal
from shared.envelope import Unreadable
from tests.audit.conftest import Store
from tests.audit.records import message, record
from tests.audit.test_fsck import verified
from tests.audit.test_log import ids, story, whole

NOW = datetime.now(UTC)
ORIGIN = "gongkai.linjiang.example/audit/330105/2026"


@asynccontextmanager
async def kept(store: Store, origin: str = ORIGIN) -> AsyncIterator[House]:
    async with leading(store.worker, store.vault) as ledger:
        house = House(ledger)
        await house.open(origin)
        yield house


async def said(store: Store, type: str) -> list[dict]:
    """What the log said in its entries of one type, opened."""
    rows = await store.sql(
        "SELECT e.idx, e.id, k.subject, k.wrapped, p.sealed FROM ledger_event e"
        " JOIN ledger_payload p USING (idx) JOIN vault_key k ON k.subject = p.subject"
        " WHERE e.type = $1 ORDER BY idx",
        type,
    )
    found = []
    for r in rows:
        key = store.vault.unwrapped(r["subject"], r["wrapped"])
        assert key is not None
        found.append(content(unseal(key, r["id"], r["sealed"])) | {"idx": r["idx"]})
    return found


async def test_the_first_entry_says_whose_log_it_is_and_is_said_once(store: Store) -> None:
    for _ in range(2):
        async with kept(store) as house:
            await house.ledger.append(story(2, 2))
    assert (await ids(store))[0] == "log-genesis:1"
    assert [one["origin"] for one in await said(store, "log.genesis.v1")] == [ORIGIN]
    assert (await verified(store)).sound
    await whole(store)


def test_nobody_can_say_through_a_topic_what_only_the_log_says() -> None:
    own = system_entry("audit.erasure.v1", "erased-1", NOW, {"handles": ["a"]})
    for type in ("audit.erasure.v1", "audit.day.v1", "audit.gap.v1", "audit.key.rotate.v1"):
        forged = record(message(type, "erased-1", 1, {"handles": ["a"]}))
        with pytest.raises(Unreadable):
            read(forged)
    assert own.source == ("gongkai.audit", 0, 0, 0)


async def test_a_gap_becomes_an_entry_once(store: Store) -> None:
    records = story(1, 4)
    async with kept(store) as house:
        await house.ledger.append([records[0], records[3]])
        assert [await house.keep(NOW), await house.keep(NOW)] == [1, 0]
        await house.ledger.append(records[1:3])
        assert await house.keep(NOW) == 0
    [gap] = await said(store, "audit.gap.v1")
    assert (gap["kind"], gap["subject"], gap["first"], gap["last"]) == ("gap", "item-0", 2, 3)
    assert (await verified(store)).sound


async def test_each_day_that_is_over_gets_an_entry_that_counts_what_was_taken_in(
    store: Store,
) -> None:
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=3)
    async with kept(store) as house:
        await house.ledger.append(story(3, 4))
        await house.keep(NOW)
        await house.keep(tomorrow)
        await house.ledger.append(story(3, 5))
    async with kept(store) as house:
        await house.keep(tomorrow)
        await house.keep(later)
    first, second, third = await said(store, "audit.day.v1")
    assert (first["first"], first["end"], first["idx"]) == (0, 13, 13)
    assert first["types"] == [["catalog.item-revised.v1", 12], ["log.genesis.v1", 1]]
    assert first["positions"] == [["catalog", 12], ["log", 0]]
    assert (second["first"], second["end"]) == (13, 17)
    assert (third["first"], third["end"]) == (17, 18)
    assert (await verified(store)).sound


async def test_a_day_that_does_not_count_right_is_named(store: Store) -> None:
    async with kept(store) as house:
        await house.ledger.append(story(3, 4))
        day = system_entry("audit.day.v1", "day-2026-01-01", NOW, {"day": "2026-01-01", "first": 0})
        await house.say([Saying(day)])
    report = await verified(store)
    assert report.differences == ["第 13 条（2026-01-01 日结）与重新统计的不符"]


def test_days_are_closed_one_by_one_up_to_yesterday() -> None:
    monday = date(2026, 11, 23)
    assert list(days_to_close(None, monday, monday)) == []
    assert list(days_to_close(None, monday, monday + timedelta(2))) == [
        monday,
        monday + timedelta(1),
    ]
    assert list(days_to_close(monday, monday, monday + timedelta(1))) == []


async def test_after_the_last_entry_nothing_is_taken_in(store: Store) -> None:
    async with kept(store) as house:
        await house.ledger.append(story(1, 2))
        await store.sql(
            "INSERT INTO ledger_order (id, type, said) VALUES ('freeze-1', 'log.freeze.v1', $1)",
            orjson.dumps({"reason": "2026"}).decode(),
        )
        with pytest.raises(Frozen):
            await house.keep(NOW)
    assert (await ids(store))[-1] == "freeze-1:1"
    with pytest.raises(Frozen):
        async with kept(store):
            pass
    [last] = await store.sql("SELECT max(size) AS size FROM ledger_checkpoint")
    assert last["size"] == 4, "the end itself is noted for signing"
    assert (await verified(store)).sound
