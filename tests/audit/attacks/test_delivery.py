"""Rows 9 to 11, 13 and 14: what the broker or a service does wrong. Nothing is doubled, lost or believed."""

import random
from collections.abc import Iterator

import asyncpg
import orjson
import pytest
import rfc8785

from services.audit import findings
from services.audit.domain.received import Received
from services.audit.house import House
from services.audit.log import leading
from tests.audit.conftest import Store
from tests.audit.records import TOPIC_TIME, message, record
from tests.audit.test_compare import SAID, Held, compared
from tests.audit.test_feed import fed, same, story
from tests.audit.test_fsck import verified
from tests.audit.test_house import NOW, said
from tests.audit.test_log import append, ids, whole
from tests.audit.test_log import story as records
from tests.audit.topics import fresh_topics, publish
from tests.conftest import TestKafka


@pytest.mark.kafka
async def test_a_topic_made_anew_and_filled_again_gives_the_same_ledger(
    store: Store, kafka: TestKafka
) -> None:
    """Row 9. By its offsets alone, a reader would miss the first records of the new topic."""
    facts = [m for m in story(streams=12, versions=4) if m.type.startswith("catalog")]
    await fresh_topics(kafka.address)
    await publish(kafka.address, facts[:30])
    await fed(store, kafka, 30)
    [place] = await store.sql("SELECT sum(next_offset) AS n FROM ledger_source")
    assert place["n"] == 30, "what a plain reader would go on from"
    await fresh_topics(kafka.address)
    await publish(kafka.address, facts[10:40])
    await fed(store, kafka, 40)
    await publish(kafka.address, facts)
    await fed(store, kafka, len(facts))
    await same(store, facts)
    assert not await store.sql("SELECT 1 FROM ledger_finding WHERE closed_at IS NULL")


@pytest.mark.parametrize("seed", range(5))
async def test_half_of_all_delivered_twice_and_out_of_order_is_in_once(
    store: Store, seed: int
) -> None:
    """Row 10."""
    chance = random.Random(seed)
    facts = records(streams=30, versions=6)
    delivered = [*facts, *chance.sample(facts, 90)]
    chance.shuffle(delivered)
    async with leading(store.worker, store.vault) as ledger:
        for n in range(0, len(delivered), 37):
            await ledger.append(delivered[n : n + 37])
    assert len(delivered) == 270, "a plain count"
    assert sorted(await ids(store)) == sorted(dict(r.headers)["ce_id"].decode() for r in facts)
    await whole(store)
    report = await verified(store)
    assert report.differences == []


async def test_other_content_under_a_known_id_is_kept_named_and_not_believed(store: Store) -> None:
    """Row 11. Whoever asks by id gets the first; that there is a second is told."""
    facts = records(streams=5, versions=2)
    forged = record(message("catalog.item-revised.v1", "item-2", 1, {"by": "p-other"}), 99)
    await append(store, facts, [forged], [forged])
    [first] = await store.sql("SELECT actor FROM ledger_event WHERE id = 'item-2:1'")
    assert first["actor"] == "p-chen"
    assert (await verified(store)).differences == [
        "「catalog」item-2 第 1 版出现过两种不同内容（台账第 10 条）"
    ]


async def test_a_fact_that_never_left_its_service_is_missed_and_named(store: Store) -> None:
    """Row 13: the outbox row was dropped. The ledger alone is whole; the watermark and the facts tell."""
    kept = [m for m in SAID if m.id != "item-11:1"]
    mark = message(
        "catalog.watermark-stated.v1", "watermark-catalog", 1, {"count": 30, "position": 30},
        position=31,
    )  # fmt: skip
    async with leading(store.worker, store.vault) as ledger:
        house = House(ledger)
        await house.open("")
        await ledger.append([record(m, n) for n, m in enumerate(kept)])
        assert (await verified(store)).sound
        await ledger.append([record(mark, 30)])
        assert await findings.check_watermarks(ledger.db, 0) == ["catalog"]
        await house.keep(NOW)
    [gap] = await said(store, "audit.gap.v1")
    assert (gap["kind"], gap["subject"]) == ("omission", "catalog: 30 / 29")
    told = (await compared(store, Held([*SAID, mark]))).differences
    assert "「信息目录」的事实 item-11:1 没有进入台账" in told
    assert any("应有与实有的事实数不符" in line for line in told)


HOSTILE = [
    b'{"itemId": 1.0}', b'{"n": 1e400}', b'{"n": 1152921504606846976}', b'{"n": -0.0}',
    b'{"itemId": "\\ud800"}', b'{"itemId": "\\u0000"}', b'{"a": 1, "a": 2}', b"[]", b"nul", b"",
    b'{"x": ' + b"[" * 2_000 + b"]" * 2_000 + b"}", b'{"itemId": {"a": []}}', b"\xff\xfe{}",
    b'{"subject": {"type": "ITEM", "id": []}}', b'{"itemId": "' + b"x" * 100_000 + b'"}',
]  # fmt: skip


def hostile() -> Iterator[Received]:
    """Each with honest headers, and with headers that are as bad."""
    for n, value in enumerate(HOSTILE):
        good = record(message("catalog.item-revised.v1", f"bad-{n}", 1), 2 * n)
        yield Received(*good.source, TOPIC_TIME, good.key, good.headers, value)
        worse = tuple((name, data + value[:600]) for name, data in good.headers)
        topic, partition, offset, generation = good.source
        yield Received(topic, partition, offset + 1, generation, TOPIC_TIME, value, worse, value)
    for n, filler in enumerate(("长", "\x01", '"'), start=len(HOSTILE)):
        stream = f"item-{filler * 400}"
        full = message("catalog.item-revised.v1", stream, 1, agency=filler * 500)
        yield record(full, 2 * n)


async def test_no_record_stops_the_ledger_and_none_makes_a_leaf_that_others_read_differently(
    store: Store,
) -> None:
    """Row 14."""
    bad, good = list(hostile()), records(streams=4, versions=2)
    mixed = [one for pair in zip(bad, good * 4, strict=False) for one in pair]
    async with leading(store.worker, store.vault) as ledger:
        await ledger.append(mixed)
        await ledger.append(bad)
    rows = await store.sql("SELECT leaf FROM ledger_leaf ORDER BY idx")
    for row in rows:
        said = orjson.loads(row["leaf"])
        assert rfc8785.dumps(said) == row["leaf"]
        assert len(row["leaf"]) <= 4096
    assert len(rows) == len(bad) + len(good)
    report = await verified(store)
    assert report.differences == []
    assert "条无法识别的消息" in report.notices[0]


async def test_a_leaf_cannot_be_written_twice_whoever_tries(store: Store) -> None:
    await append(store, records(streams=2, versions=2))
    db = await asyncpg.connect(store.owner)
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute("INSERT INTO ledger_leaf VALUES (3, 'x')")
    await db.close()
