"""A witness on an isolated network: the request is carried to it as a file, its line carried back."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.audit.publishing import carried
from shared.db import Db
from tests.audit.conftest import Store
from tests.audit.parties import Parties, parties, writing
from tests.audit.test_publishing import RECORDS
from tlog.submission import Stale
from witness.cosigning import open_witness


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@pytest.fixture
async def db(store: Store) -> AsyncIterator[Db]:
    connection = await asyncpg.connect(store.worker)
    yield connection
    await connection.close()


async def published(store: Store, known: Parties, size: int) -> None:
    known.away = {"upper"}
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:size])
    async with known.publisher(store) as publisher:
        await publisher.publish()


async def test_a_line_that_was_carried_back_completes_the_quorum(
    store: Store, known: Parties, db: Db
) -> None:
    await published(store, known, 100)
    line = open_witness(known.folder / "upper").add(
        await carried.request(db, known.policy, "upper")
    )
    await published(store, known, 300)  # the log goes on meanwhile
    taken = await carried.accept(db, known.policy, line.replace("\n", "\r\n").encode())
    assert taken == ("upper", 100, True)
    rows = await store.sql("SELECT size FROM ledger_note WHERE quorum")
    assert [row["size"] for row in rows] == [100]

    line = open_witness(known.folder / "upper").add(
        await carried.request(db, known.policy, "upper")
    )
    assert await carried.accept(db, known.policy, line.encode()) == ("upper", 300, True)
    [shown] = await store.sql("SELECT quorum, unwitnessed_since FROM ledger_published")
    assert tuple(shown) == (True, None)
    async with known.publisher(store) as publisher:
        assert not await publisher.publish()
        assert (
            publisher.export.checkpoint()
            == (await store.sql("SELECT note FROM ledger_published"))[0]["note"]
        ), "the files show it too"


async def test_a_witness_that_remembers_otherwise_is_asked_from_there(
    store: Store, known: Parties, db: Db
) -> None:
    await published(store, known, 100)
    witness = open_witness(known.folder / "upper")
    witness.add(await carried.request(db, known.policy, "upper"))
    await published(store, known, 300)
    with pytest.raises(Stale) as refusal:
        witness.add(await carried.request(db, known.policy, "upper"))
    again = await carried.request(db, known.policy, "upper", refusal.value.size)
    assert (await carried.accept(db, known.policy, witness.add(again).encode()))[2]


async def test_lines_of_others_are_not_taken(store: Store, known: Parties, db: Db) -> None:
    with pytest.raises(carried.NothingPublished):
        await carried.request(db, known.policy, "upper")
    await published(store, known, 100)
    with pytest.raises(carried.NoWitness):
        await carried.request(db, known.policy, "nobody")
    line = open_witness(known.folder / "upper").add(
        await carried.request(db, known.policy, "upper")
    )
    for wrong in (b"", b"nonsense", line[:-9].encode() + b"AAAAAAA=\n", "— x AAAA\n".encode()):
        with pytest.raises(carried.NotOurs):
            await carried.accept(db, known.policy, wrong)
