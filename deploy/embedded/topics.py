"""Makes the topics before anybody uses them."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, for_code

from deploy.embedded.databases import SERVICES

PARTITIONS = 12
EXISTS = 36


async def create_topics(address: str) -> None:
    """`gongkai.<service>` with twelve partitions, on up to three brokers; existing ones stay as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await _connect(admin)
    try:
        brokers = len((await admin.describe_cluster())["brokers"])
        wanted = [NewTopic(f"gongkai.{name}", PARTITIONS, min(3, brokers)) for name in SERVICES]
        answer = await admin.create_topics(wanted)
        for topic, code, text in answer.topic_errors:
            if code not in (0, EXISTS):
                raise for_code(code)(f"{topic}: {text}")
    finally:
        await admin.close()


async def _connect(admin: AIOKafkaAdminClient, tries: int = 40) -> None:
    for left in range(tries, 0, -1):
        try:
            await admin.start()
            return
        except KafkaConnectionError:
            if left == 1:
                raise
            await asyncio.sleep(0.25)
