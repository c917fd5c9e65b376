"""The fact store on real PostgreSQL: the lock, append-only, isolation, rebuild, old versions."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from shared import store
from shared.db import scoped
from shared.envelope import message_of
from shared.errors import Stale
from shared.store import Context
from tests.kernel import Running, running
from tests.shared.sample import CODEC, COUNTER, Add, Added, CounterOpened, Open, sample

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CONTEXT = Context("a", "p-1", AT, "c-1")


@pytest.fixture
async def one(postgres):
    async with running(sample(), postgres) as service:
        yield service


async def execute(one: Running, key: str, *commands, agency: str = "a") -> None:
    for command in commands:
        async with one.runtime.facts.transaction() as db:
            context = Context(agency, "p-1", AT, "c-1")
            await one.runtime.facts.execute_in(db, COUNTER, key, command, context)


async def test_a_command_leaves_a_fact_its_message_and_a_row_in_the_read_table(one):
    await execute(one, "x", Open("甲"), Add(3))
    sent = await one.sent()
    assert [m.id for m in sent] == ["counter-x:1", "counter-x:2"]
    assert sent[1].data == {"by": 3}
    assert set(sent[0].data) == {"sha256"}, "a fact nobody else needs leaves as its hash"
    assert (await one.sql("SELECT total FROM counters"))[0]["total"] == 3
    assert (await one.sql("SELECT count(*) AS n FROM outbox"))[0]["n"] == 2


async def test_of_two_appends_at_the_same_version_one_is_refused(one):
    await execute(one, "x", Open("甲"))

    async def add() -> bool:
        try:
            async with one.runtime.facts.transaction() as db:
                await one.runtime.facts.load(db, COUNTER, "x")
                await asyncio.sleep(0.05)
                await store.append(
                    db, CODEC, COUNTER.publish, "counter-x", 1, [Added(by=1)], CONTEXT
                )
            return True
        except store.StaleVersion:
            return False

    assert sorted(await asyncio.gather(*(add() for _ in range(5)))) == [False] * 4 + [True]


async def test_a_form_made_from_an_older_version_is_stale(one):
    await execute(one, "x", Open("甲"), Add(1))
    with pytest.raises(Stale):
        async with one.runtime.facts.transaction() as db:
            await one.runtime.facts.execute_in(db, COUNTER, "x", Add(1), CONTEXT, expected=1)


CHANGES = [
    "UPDATE events SET actor = 'p-2'",
    "UPDATE events SET actor = 'p-2' WHERE false",
    "DELETE FROM events",
    "TRUNCATE events",
    "TRUNCATE events CASCADE",
    "INSERT INTO events (stream, version, type, data, agency, actor, recorded_at, correlation, message)"
    " VALUES ('counter-x', 1, 't', '{}', 'a', 'p-2', now(), 'c', '')"
    " ON CONFLICT (stream, version) DO UPDATE SET actor = excluded.actor",
    "MERGE INTO events e USING (VALUES ('counter-x')) v (s) ON e.stream = v.s WHEN MATCHED THEN DELETE",
]


@pytest.mark.parametrize("role", ["app", "worker", "owner", "superuser"])
@pytest.mark.parametrize("change", CHANGES)
async def test_facts_cannot_be_changed_or_removed_by_any_role(one, postgres, role, change):
    await execute(one, "x", Open("甲"))
    name = one.settings.owner_dsn.rpartition("/")[2]
    dsn = postgres.dsn(name, None if role == "superuser" else f"catalog_{role}")
    db = await asyncpg.connect(dsn)
    try:
        await db.execute("SELECT set_config('gongkai.agencies', 'a', false)")
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError)):
            await db.execute(change)
    finally:
        await db.close()
    assert [(m.id, m.actor) for m in await one.sent()] == [("counter-x:1", "p-1")]


async def test_an_old_version_of_an_event_is_still_read(one):
    await execute(one, "x", Open("甲"))
    await one.sql(
        "INSERT INTO events (stream, version, type, data, agency, actor, recorded_at, correlation,"
        " message) VALUES ('counter-x', 2, 'catalog.added.v1', '{\"type\": \"catalog.added.v1\"}',"
        " 'a', 'p', now(), 'c', '{}')"
    )
    async with one.runtime.facts.transaction() as db:
        assert await one.runtime.facts.load(db, COUNTER, "x") == (1, 2)
    assert await one.rebuild() == 2
    assert (await one.sql("SELECT total FROM counters"))[0]["total"] == 1


async def test_rebuilt_tables_equal_the_live_ones(one):
    for n in range(30):
        await execute(one, f"k{n}", Open(f"第{n}个"), *(Add(i) for i in range(n % 7)))
    live = await one.tables()
    await one.sql("UPDATE counters SET total = -1")
    assert await one.rebuild() == len(await one.sent())
    assert await one.tables() == live


async def test_with_the_applications_filters_removed_other_agencies_rows_are_not_there(one):
    for agency in ("a", "b", "c"):
        await execute(one, f"of-{agency}", Open("甲"), Add(1), agency=agency)
        async with one.runtime.facts.transaction() as db:
            await one.runtime.texts.put(db, agency, "意见")
            await db.execute("INSERT INTO timers VALUES ($1, now(), 'k', 's', $1, '{}', 0)", agency)
    for table in ("events", "counters", "texts", "timers"):
        for foreign in ("b", "c"):
            async with scoped(one.runtime.app_pool, ["a"], write=False) as db:
                rows = await db.fetch(f"SELECT agency FROM {table}")
                assert {row["agency"] for row in rows} == {"a"}
                count = await db.fetchval(
                    f"SELECT count(*) FROM {table} WHERE agency = $1", foreign
                )
                assert count == 0
        async with scoped(one.runtime.app_pool, [], write=False) as db:
            assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_an_agency_whose_id_would_be_read_as_two_is_refused(one):
    with pytest.raises(ValueError, match="comma"):
        async with scoped(one.runtime.app_pool, ["a,b"], write=False):
            raise AssertionError


async def test_a_row_cannot_be_written_for_another_agency(one):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scoped(one.runtime.app_pool, ["a"], write=True) as db:
            await one.runtime.facts.execute_in(
                db, COUNTER, "x", Open("甲"), Context("b", "p", AT, "c")
            )


async def test_the_stored_message_does_not_follow_later_code(one):
    await execute(one, "x", Open("甲"), Add(3))
    first = await one.sent()
    changed = CounterOpened(name="乙")
    assert COUNTER.publish(changed) is None
    rows = await one.sql("SELECT * FROM events ORDER BY position")
    assert [message_of("catalog", row).value for row in rows] == [m.value for m in first]
