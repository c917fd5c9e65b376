"""The embedded PostgreSQL and Kafka: real servers that keep what was acknowledged."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded.databases import create_database
from tests.conftest import TestKafka, TestPostgres


async def fetch(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_postgres_keeps_committed_rows_over_a_crash(postgres: TestPostgres) -> None:
    await fetch(postgres.admin_dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    postgres.crash()
    postgres.restart()
    assert await fetch(postgres.admin_dsn, "SELECT n FROM kept") == 7
    await fetch(postgres.admin_dsn, "DROP TABLE kept")


async def test_postgres_understands_chinese_words(postgres: TestPostgres) -> None:
    character_set = "SELECT datctype || encoding FROM pg_database WHERE datname = 'postgres'"
    assert await fetch(postgres.admin_dsn, character_set) == "C.UTF-86"
    assert await fetch(postgres.admin_dsn, "SELECT '政务公开' ~ '^\\w{4}$'") is True


async def test_a_database_is_open_to_its_own_service_only(postgres: TestPostgres) -> None:
    await create_database(postgres.admin_dsn, "only_catalog", "catalog")
    await create_database(postgres.admin_dsn, "only_catalog", "catalog")
    try:
        for role in ("catalog_owner", "catalog_app", "catalog_worker"):
            assert await fetch(postgres.dsn("only_catalog", role), "SELECT current_user") == role
        for role in ("approval_owner", "audit_app", "publisher_worker"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(postgres.dsn("only_catalog", role))
    finally:
        await fetch(postgres.admin_dsn, "DROP DATABASE only_catalog")


async def test_application_roles_cannot_pass_row_level_security(postgres: TestPostgres) -> None:
    sql = (
        "SELECT count(*) FROM pg_roles WHERE rolname LIKE '%\\_app' AND (rolbypassrls OR rolsuper)"
    )
    assert await fetch(postgres.admin_dsn, sql) == 0


@pytest.mark.kafka
async def test_kafka_keeps_acknowledged_records_over_a_crash(kafka: TestKafka) -> None:
    topic = "kept-over-a-crash"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka.address, enable_idempotence=True) as out:
        await out.send_and_wait(topic, b"before")
    kafka.crash()
    kafka.restart()
    async with AIOKafkaProducer(bootstrap_servers=kafka.address, enable_idempotence=True) as out:
        await out.send_and_wait(topic, b"after")
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.address, auto_offset_reset="earliest"
    )
    async with consumer:
        assert [(await consumer.getone()).value for _ in range(2)] == [b"before", b"after"]
