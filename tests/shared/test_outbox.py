"""The relay dies at every point, the broker is emptied: the bytes on the topic are those of the facts."""

from __future__ import annotations

import asyncio
import secrets
import struct
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from shared.bus import Bus
from shared.envelope import Message
from shared.kafka import Kafka
from shared.outbox import relay_batch, republish
from tests.kernel import Running, create_topics
from tests.shared.pair import (
    TOPIC,
    content,
    converge,
    first_seen,
    on_the_topic,
    tell,
    write,
)
from tests.shared.sample import COUNTER, Add, Added, CounterOpened, Open

pytestmark = pytest.mark.kafka
DEATHS = 3
HERE = Path(__file__).parents[2]


class Dies:
    """A way to the broker on which the process dies, three times: before it sends, or after."""

    def __init__(self, bus: Bus, *, sends: bool) -> None:
        self.bus, self.sends, self.left = bus, sends, DEATHS

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.left and not self.sends:
            self._die()
        await self.bus.publish(messages)
        if self.left:
            self._die()

    def _die(self) -> None:
        self.left -= 1
        raise SystemExit("died")

    def subscribe(self, group, topics):
        raise AssertionError

    async def close(self) -> None:
        await self.bus.close()


# The database cuts the relay's connection: when it begins to delete, or after that, as it commits.
CUT = f"""
CREATE SEQUENCE deaths;
GRANT USAGE ON SEQUENCE deaths TO gongkai_worker;
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('deaths') <= {DEATHS} THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(1);
    END IF;
    RETURN NULL;
END $$;
"""
AT_DELETE = "CREATE TRIGGER die BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION cut()"
AT_COMMIT = (
    "CREATE CONSTRAINT TRIGGER die AFTER DELETE ON outbox DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION cut()"
)


async def drained(one: Running, bus: Bus) -> int:
    """Relay until nothing is left, beginning again after each death; returns how often it died."""
    deaths = 0
    while True:
        try:
            if await relay_batch(one.runtime.worker_pool, bus, "catalog", 25) == 0:
                return deaths
        except (SystemExit, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            deaths += 1


@pytest.mark.parametrize(
    ("point", "copies"),
    [("before it sends", 1), ("after it sent", 4), ("as it deletes", 4), ("as it commits", 4)],
)
async def test_a_relay_that_dies_at_any_point_loses_and_reorders_nothing(quiet_pair, point, copies):
    one, listener, _ = quiet_pair
    await asyncio.gather(*(write(one, n, 15, 4) for n in range(4)))
    if point in ("as it deletes", "as it commits"):
        owner = await asyncpg.connect(one.settings.owner_dsn)
        await owner.execute(CUT + (AT_DELETE if point == "as it deletes" else AT_COMMIT))
        await owner.close()
    bus: Bus = Kafka(one.settings.kafka, one.settings.kafka_prefix)
    if point in ("before it sends", "after it sent"):
        bus = Dies(bus, sends=point == "after it sent")
    try:
        assert await drained(one, bus) == DEATHS
    finally:
        await bus.close()
    sent, records = await one.sent(), await on_the_topic(one)
    assert content(records) == content(sent)
    assert first_seen(records) == first_seen(sent)
    assert len([m for m in records if m.id == sent[0].id]) == copies
    await converge(one, listener)


async def test_a_relay_process_killed_again_and_again_loses_nothing(quiet_pair):
    one, listener, _ = quiet_pair
    settings = one.settings
    arguments = ["tests.shared.relay_process", settings.worker_dsn, settings.kafka]
    for _ in range(5):
        await asyncio.gather(*(write(one, n, 40, 4) for n in range(4)))
        [row] = await one.sql("SELECT count(*) AS n FROM outbox")
        relay = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, settings.kafka_prefix, cwd=HERE
        )

        async def in_the_middle(before: int = row["n"]) -> bool:
            [row] = await one.sql("SELECT count(*) AS n FROM outbox")
            return bool(row["n"] < before)

        try:
            await one.until(in_the_middle, 60)
            await asyncio.sleep(secrets.randbelow(30) / 1000)
        finally:
            relay.kill()
            await relay.wait()
    bus = Kafka(settings.kafka, settings.kafka_prefix)
    await drained(one, bus)
    await bus.close()
    sent, records = await one.sent(), await on_the_topic(one)
    assert content(records) == content(sent)
    assert first_seen(records) == first_seen(sent)
    await converge(one, listener)


def other_words(event: CounterOpened | Added) -> dict[str, object]:
    """`published.py`, changed by a later release."""
    return {"changed": True, "was": event.wire()}


async def test_an_emptied_broker_is_refilled_with_the_same_bytes_though_published_was_changed(
    pair, kafka
):
    one, listener, _ = pair
    await write(one, 1, 40, 4)
    await converge(one, listener)
    before = content(await on_the_topic(one))
    writing = asyncio.create_task(write(one, 1, 60, 4))
    await asyncio.to_thread(kafka.wipe)
    await create_topics(kafka.address, one.settings.kafka_prefix)
    await writing
    later = replace(COUNTER, publish=other_words)
    await tell(one, "later", Open("乙"), Add(1), aggregate=later)
    assert await republish(one.runtime.worker_pool, one.runtime.bus, "catalog") >= len(before) + 2
    await converge(one, listener, 90)

    async def relayed() -> bool:
        return not await one.sql("SELECT 1 FROM outbox")

    await one.until(relayed)
    after = content(await on_the_topic(one))
    assert {id: after[id] for id in before} == before
    assert after == content(await one.sent())
    assert b"changed" in after["counter-later:2"][0]


async def test_a_new_listener_after_an_emptied_broker_hears_everything(quiet_pair, kafka):
    """Its inbox is empty: what is sent again must be whole and in order."""
    one, listener, ledger = quiet_pair
    bus = Kafka(one.settings.kafka, one.settings.kafka_prefix)
    await write(one, 1, 30, 3)
    await one.sql("DELETE FROM outbox")
    assert await republish(one.runtime.worker_pool, bus, "catalog", batch=7) == 30
    await bus.close()
    await converge(one, listener)
    assert max(ledger.calls.values()) == 1


BATCH = struct.Struct(">qiibIhiqqqhii")  # a record batch's head, in Kafka's format 2


def producers(log: bytes) -> list[tuple[int, int]]:
    """(producer id, first sequence number) of each batch in a partition's log file."""
    found, at = [], 0
    while at + BATCH.size <= len(log):
        _, length, _, _, _, _, _, _, _, producer, _, sequence, count = BATCH.unpack_from(log, at)
        if count:
            found.append((producer, sequence))
        at += 12 + length
    return found


async def test_the_producer_is_idempotent_on_the_brokers_disk(pair, kafka):
    """Then acks=all, too: the client refuses anything less."""
    if kafka.broker is None:
        pytest.skip("GONGKAI_TEST_KAFKA 指定的消息服务的文件读不到")
    one, listener, _ = pair
    await write(one, 1, 40, 4)
    await converge(one, listener)
    logs = kafka.broker.data_dir.glob(f"data/{one.settings.kafka_prefix}{TOPIC}-*/*.log")
    batches = [batch for log in logs for batch in producers(log.read_bytes())]
    assert batches
    assert all(producer >= 0 and sequence >= 0 for producer, sequence in batches)
    with pytest.raises(ValueError, match="acks"):
        AIOKafkaProducer(bootstrap_servers=kafka.address, enable_idempotence=True, acks=1)
