"""Verification of a ledger that nobody touched, and what it needs to call it sound."""

from collections.abc import Mapping

from services.audit.domain.report import Report
from services.audit.fsck import check, snapshot
from tests.audit.conftest import Store
from tests.audit.test_log import append, story

RECORDS = story(streams=20, versions=20)


async def verified(store: Store, saved: Mapping[int, str] | None = None) -> Report:
    async with snapshot(store.worker) as db:
        return (await check(db, store.vault, saved or {})).finish()


async def plain_look(store: Store) -> bool:
    """What a count would see: as many entries, records and index rows as the head says."""
    [row] = await store.sql(
        "SELECT (SELECT count(*) FROM ledger_leaf) = size AND (SELECT count(*) FROM ledger_event) = size"
        " AND (SELECT count(*) FROM ledger_payload) = size AS good FROM ledger_head"
    )
    good: bool = row["good"]
    return good


async def root(store: Store) -> dict[int, str]:
    [head] = await store.sql("SELECT size, root FROM ledger_head")
    return {head["size"]: head["root"].hex()}


async def test_an_untouched_ledger_is_sound(store: Store) -> None:
    await append(store, RECORDS[:300], RECORDS[300:])
    report = await verified(store, await root(store))
    assert (report.sound, report.checked, report.saved) == (True, 400, [400]), report.differences


async def test_an_empty_ledger_is_not_sound(store: Store) -> None:
    report = await verified(store)
    assert not report.sound
    assert report.differences == ["台账中没有任何记录，无可核验"]


async def test_a_ledger_that_grew_still_fits_an_older_root(store: Store) -> None:
    await append(store, RECORDS[:123])
    saved = await root(store)
    await append(store, RECORDS[123:])
    report = await verified(store, saved)
    assert (report.sound, report.saved) == (True, [123])


async def test_an_open_gap_is_a_difference(store: Store) -> None:
    await append(store, [RECORDS[0], RECORDS[60]])
    assert (await verified(store)).differences == ["「catalog」事件流 item-0 缺少第 2 至 3 版"]
