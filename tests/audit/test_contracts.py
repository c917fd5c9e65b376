"""Audit reads every agreed event, whatever else it may carry, and has a Chinese name for each."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

import shared.events
from services.audit.consumers import STATUS
from services.audit.domain.entry import read
from services.audit.domain.index import row_of
from services.audit.domain.timeline import TYPES, told
from services.audit.main import SERVICE
from tests.audit.conftest import Store
from tests.audit.records import message, record
from tests.audit.test_log import append, story
from tests.conftest import TestPostgres
from tests.kernel import Running, running

CONTRACTS = sorted((Path(shared.events.__file__).parent / "contracts").glob("*.json"))


def example(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(file.read_bytes())["data"]
    return {**data, "unheardOf": {"later": [1]}}


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
def test_every_agreed_event_has_a_name_and_is_told(file: Path) -> None:
    line = told(file.stem, "p-somebody", example(file))
    assert line is not None, f"{file.stem} has no Chinese name in domain/timeline.py"
    assert line.what == TYPES[file.stem]
    assert line.person
    assert all("{" not in detail for detail in line.details)


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
def test_every_agreed_event_becomes_an_entry(file: Path) -> None:
    said = message(file.stem, "stream-1", 1, example(file))
    row = row_of(read(record(said)))
    data = example(file)
    subject = data.get("subject") or {}
    assert row.item == (data.get("itemId") or subject.get("id"))


@pytest.fixture
async def audit(postgres: TestPostgres) -> AsyncIterator[Running]:
    async with running(SERVICE, postgres) as service:
        yield service


async def test_every_agreed_event_that_audit_hears_is_taken_in(audit: Running) -> None:
    heard = [file for file in CONTRACTS if file.stem in STATUS]
    assert len(heard) == len(STATUS)
    for file in heard:
        await audit.receive(
            audit.message(file.stem, example(file), f"s-{file.stem}", "linjiang-sfj")
        )
    [item] = await audit.sql("SELECT * FROM items")
    assert (item["title"], item["doc_no"]) == (
        "关于公布2026年度法律援助机构名册的通知",
        "临司〔2026〕12号",
    )
    assert item["publish_by"].isoformat() == "2026-12-18"


async def test_a_message_taken_in_twice_changes_nothing(audit: Running) -> None:
    file = next(file for file in CONTRACTS if file.stem == "publisher.item-published.v1")
    said = audit.message(file.stem, example(file), "publication-1", "linjiang-sfj")
    await audit.receive(said)
    before = await audit.sql("SELECT * FROM items")
    await audit.receive(said, said)
    assert await audit.sql("SELECT * FROM items") == before


async def test_without_filters_of_ours_no_foreign_row_is_seen(store: Store) -> None:
    await append(store, story(2, 2))
    for table, columns, values in (
        ("items", "item, agency, status_at", "'i', 'linjiang-sfj', now()"),
        ("board_counts", "agency, kind, hour, n", "'linjiang-sfj', 'drafted', now(), 1"),
    ):
        await store.sql(f"INSERT INTO {table} ({columns}) VALUES ({values})")
    db = await asyncpg.connect(store.app)
    try:
        for table in ("ledger_event", "items", "board_counts"):
            for agencies, seen in (("", False), ("elsewhere", False), ("linjiang-sfj", True)):
                await db.execute("SELECT set_config('gongkai.agencies', $1, false)", agencies)
                assert bool(await db.fetchval(f"SELECT count(*) FROM {table}")) is seen
        for table in ("ledger_leaf", "ledger_payload", "vault_key", "verifications", "saved_roots"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.fetch(f"SELECT * FROM {table}")
    finally:
        await db.close()
