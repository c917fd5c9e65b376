"""Topics for feed tests: filled as the relay fills them, deleted and made again."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from services.audit.feed import TOPICS
from shared.envelope import Message


async def fresh_topics(address: str) -> None:
    """Every topic, empty."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        there = set(await admin.list_topics()) & set(TOPICS)
        if there:
            await admin.delete_topics(list(there))
        while set(await admin.list_topics()) & set(TOPICS):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        for _ in range(50):
            answer = await admin.create_topics([NewTopic(name, 12, 1) for name in TOPICS])
            codes = {error[1] for error in answer.topic_errors}
            if codes <= {0, TopicAlreadyExistsError.errno}:
                break
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def publish(address: str, messages: Iterable[Message]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True) as out:
        sent = [
            await out.send(
                m.topic,
                m.value,
                m.key.encode(),
                headers=[(n, v.encode()) for n, v in m.headers.items()],
            )
            for m in messages
        ]
        await asyncio.gather(*sent)
