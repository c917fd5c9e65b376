"""What people typed: found by its address, erased without a trace, never guessed."""

from __future__ import annotations

import pytest

from shared.db import scoped
from shared.errors import NotFound
from shared.texts import Texts
from tests.kernel import running
from tests.shared.pair import tell
from tests.shared.sample import Add, Open, sample

WORDS = "张三，身份证号……"


@pytest.fixture
async def one(postgres):
    async with running(sample(), postgres) as service:
        yield service


async def put(one, agency="a", text=WORDS):
    async with one.runtime.facts.transaction() as db:
        return await one.runtime.texts.put(db, agency, text)


async def test_a_text_is_kept_once_and_found_by_its_address(one):
    address = await put(one)
    assert await put(one) == address
    async with one.runtime.facts.transaction() as db:
        assert await one.runtime.texts.get(db, address) == WORDS
        assert await one.runtime.texts.many(db, [address, None, ""]) == {address: WORDS}
        with pytest.raises(NotFound):
            await one.runtime.texts.get(db, "t1:" + "0" * 64)


async def test_without_the_key_nobody_can_tell_whether_a_name_is_in_a_fact(one):
    """The address differs by key and by agency: neither a list of names nor a neighbour finds it."""
    address = await put(one)
    assert address != await put(one, agency="b")
    assert address != Texts(b"another key").address("a", WORDS)
    assert address.startswith("t1:")


async def test_an_erased_text_is_gone_and_typed_again_it_is_there_again(one):
    address = await put(one)
    async with one.runtime.facts.transaction() as db:
        await one.runtime.texts.erase(db, address)
        await one.runtime.texts.erase(db, address)
        assert await one.runtime.texts.get(db, address) is None
        assert await one.runtime.texts.many(db, [address]) == {address: None}
    assert await put(one) == address
    async with one.runtime.facts.transaction() as db:
        assert await one.runtime.texts.get(db, address) == WORDS


async def test_no_table_and_no_message_holds_an_erased_text(one):
    address = await put(one)
    await tell(one, "x", Open("甲"), Add(1, address))
    async with one.runtime.facts.transaction() as db:
        await one.runtime.texts.erase(db, address)
        assert await one.runtime.facts.load(db, sample().aggregates[0], "x") == (1, 2)
    tables = await one.sql("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    assert len(tables) > 10
    for table in tables:
        readable = f"SELECT has_table_privilege('public.{table['name']}', 'SELECT') AS yes"
        if (await one.sql(readable))[0]["yes"]:
            found = f"SELECT 1 FROM {table['name']} t WHERE t::text LIKE '%张三%'"
            assert not await one.sql(found), table["name"]
    assert await one.rebuild() == 2
    assert not any("张三".encode() in message.value for message in await one.sent())


async def test_another_agencys_text_is_not_found_even_by_its_address(one):
    address = await put(one, agency="b")
    async with scoped(one.runtime.app_pool, ["a"], write=True) as db:
        with pytest.raises(NotFound):
            await one.runtime.texts.get(db, address)
        await one.runtime.texts.erase(db, address)
    async with one.runtime.facts.transaction() as db:
        assert await one.runtime.texts.get(db, address) == WORDS
