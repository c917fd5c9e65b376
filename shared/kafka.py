"""Apache Kafka behind the `Bus` port: idempotent producer, consumers that commit after the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.bus import Commit
from shared.envelope import Message


class Kafka:
    """`servers` is the bootstrap list; the producer opens at first use and anew after an error.

    `prefix` stands before every topic and group, so that installations may share one cluster.
    """

    def __init__(self, servers: str, prefix: str = "") -> None:
        self._servers = servers
        self._prefix = prefix
        self._producer: AIOKafkaProducer | None = None

    async def _open(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._servers,
                acks="all",
                enable_idempotence=True,
                max_batch_size=131_072,
                linger_ms=0,
                request_timeout_ms=15_000,
                metadata_max_age_ms=10_000,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def publish(self, messages: Sequence[Message]) -> None:
        producer = await self._open()
        try:
            sent = [
                await producer.send(
                    self._prefix + m.topic,
                    m.value,
                    m.key.encode(),
                    headers=[(name, value.encode()) for name, value in m.headers.items()],
                )
                for m in messages
            ]
            await asyncio.gather(*sent)
        except BaseException:
            # Its sequence numbers may be spoilt: the batch is sent again by a new producer.
            await self.close()
            raise

    async def subscribe(
        self, group: str, topics: Sequence[str]
    ) -> AsyncIterator[tuple[list[Message], Commit]]:
        consumer = AIOKafkaConsumer(
            *(self._prefix + topic for topic in topics),
            bootstrap_servers=self._servers,
            group_id=self._prefix + group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_000,
            max_poll_interval_ms=600_000,
            fetch_max_wait_ms=100,
            metadata_max_age_ms=10_000,
        )

        async def commit() -> None:
            try:
                await consumer.commit()
            except (CommitFailedError, IllegalStateError):
                return  # the partition went to somebody else, who will see these again and drop them

        try:
            await consumer.start()
            while True:
                polled = await consumer.getmany(timeout_ms=1000, max_records=1000)
                batch = [
                    message_from(record, self._prefix)
                    for records in polled.values()
                    for record in records
                ]
                if batch:
                    yield batch, commit
        finally:
            await consumer.stop()

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), 5)
            except (TimeoutError, KafkaError):
                return


def message_from(record: Any, prefix: str = "") -> Message:
    """A Kafka record as a Message, its topic without the installation's prefix."""
    return Message(
        topic=record.topic.removeprefix(prefix),
        key=(record.key or b"").decode(errors="replace"),
        headers={name: value.decode(errors="replace") for name, value in record.headers},
        value=record.value or b"",
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp or 0,
    )
