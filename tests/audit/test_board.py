"""The board's Faust worker on real Kafka: killed under load it drifts, and the recount sets it right."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from services.audit import board
from services.audit.domain.board import KINDS, count, drift, hour_of
from services.audit.main import SERVICE
from services.audit.recount import AHEAD, recount
from shared.envelope import Message
from tests.audit.records import message
from tests.audit.topics import fresh_topics, publish
from tests.conftest import TestKafka, TestPostgres
from tests.kernel import Running, running

NOW = datetime(2026, 11, 23, 4, 59, 59, tzinfo=UTC)


def test_events_are_counted_by_agency_kind_and_hour() -> None:
    drafted, approved = list(KINDS)[:2]
    heard = [
        (drafted, "a", NOW),
        (drafted, "a", NOW - timedelta(minutes=59)),
        (approved, "b", NOW + timedelta(seconds=1)),
        ("catalog.item-revised.v1", "a", NOW),
    ]
    cells = count(heard)
    assert cells == {
        ("a", "drafted", hour_of(NOW)): 2,
        ("b", "approved", hour_of(NOW + timedelta(hours=1))): 1,
    }


def test_drift_counts_too_many_and_too_few_alike() -> None:
    hour = hour_of(NOW)
    assert drift({("a", "x", hour): 5, ("b", "x", hour): 1}, {("a", "x", hour): 3}) == 3


def said(first: int, last: int) -> Iterable[Message]:
    """Items of three agencies, each drafted, approved, published, answered."""
    now = datetime.now(UTC)
    for n in range(first, last):
        for type in KINDS:
            stream = f"{type.split('.')[0]}-{n}"
            at = now - timedelta(hours=n % 30)
            yield message(type, stream, 1, {"itemId": str(n)}, agency=f"a-{n % 3}", at=at)


def environment(service: Running) -> dict[str, str]:
    s = service.settings
    return {
        **os.environ,
        "GONGKAI_APP_DSN": s.app_dsn,
        "GONGKAI_WORKER_DSN": s.worker_dsn,
        "GONGKAI_KAFKA": s.kafka,
        "GONGKAI_DATA": str(s.data),
        "GONGKAI_PUBLIC_URL": s.public_url,
        "GONGKAI_JWKS": s.jwks,
        "GONGKAI_TEXT_KEY": s.text_key.get_secret_value(),
        "GONGKAI_AUDIT_BOARD_GROUP": f"board-{s.data.name}",
    }


async def started(service: Running) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.audit", "board", env=environment(service),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


@asynccontextmanager
async def whole_audit(postgres: TestPostgres, kafka: TestKafka) -> AsyncIterator[Running]:
    await fresh_topics(kafka.address)
    async with running(SERVICE, postgres, kafka) as service:
        yield service


async def total(service: Running) -> int:
    [row] = await service.sql("SELECT coalesce(sum(n), 0)::bigint AS n FROM board_counts")
    counted: int = row["n"]
    return counted


async def in_ledger(service: Running, expected: int) -> bool:
    rows = await service.sql(
        "SELECT count(*) AS n FROM ledger_event WHERE type = ANY($1)", list(KINDS)
    )
    return bool(rows[0]["n"] >= expected)


@pytest.mark.kafka
@pytest.mark.slow
async def test_a_worker_killed_under_load_drifts_and_is_set_right(
    postgres: TestPostgres, kafka: TestKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_AUDIT_RECONCILE_SECONDS", "3600")
    async with whole_audit(postgres, kafka) as service:
        pool = service.runtime.worker_pool
        worker = await started(service)
        try:
            await publish(kafka.address, said(0, 100))
            await service.until(lambda: counted(service, 400), 60)
            await service.until(lambda: in_ledger(service, 400), 30)
            assert await recount(pool) == 0, "the worker alone counts right"

            for n in range(100, 400, 20):
                await publish(kafka.address, said(n, n + 20))
                if n == 200:
                    worker.kill()
                    await worker.wait()
            await service.until(lambda: in_ledger(service, 1600), 60)
            before = await total(service)
            assert before < 1600
            assert await recount(pool) == 1600 - before, "the drift is what the dead worker missed"
            assert await total(service) == 1600
            board = await service.sql("SELECT drift FROM board_recounts ORDER BY at DESC LIMIT 1")
            assert board[0]["drift"] == 1600 - before

            worker = await started(service)
            await publish(kafka.address, said(400, 500))
            await service.until(lambda: counted(service, 2000), 60)
            await service.until(lambda: in_ledger(service, 2000), 30)
            assert not await pool.fetchval(AHEAD)
            assert await recount(pool) == 0, "what the recount holds is not counted again"
        finally:
            worker.terminate()
            await asyncio.wait_for(worker.wait(), 10)


async def counted(service: Running, expected: int) -> bool:
    return await total(service) >= expected


def test_the_worker_reads_only_topics_it_counts() -> None:
    assert board.TOPICS == [
        "gongkai.approval",
        "gongkai.catalog",
        "gongkai.feedback",
        "gongkai.publisher",
    ]
