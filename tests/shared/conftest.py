"""The pair of sample services: one writes, the other listens to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import TestKafka, TestPostgres
from tests.kernel import Running, running
from tests.shared.sample import Ledger, sample

Pair = tuple[Running, Running, Ledger]


@pytest.fixture
async def pair(postgres: TestPostgres, kafka: TestKafka) -> AsyncIterator[Pair]:
    """Both with all their loops, on topics of their own; the ledger tells the listener how to fail."""
    ledger = Ledger()
    async with running(sample(), postgres, kafka) as one:
        heard = {"kafka_prefix": one.settings.kafka_prefix}
        async with running(sample(ledger, "feedback"), postgres, kafka, settings=heard) as two:
            yield one, two, ledger


@pytest.fixture
async def quiet_pair(postgres: TestPostgres, kafka: TestKafka) -> AsyncIterator[Pair]:
    """The same, but nothing leaves the writer: the test is its relay."""
    ledger = Ledger()
    async with running(sample(), postgres) as one:
        told = {"kafka_prefix": one.settings.kafka_prefix}
        one.settings = one.settings.model_copy(update={"kafka": kafka.address})
        async with running(sample(ledger, "feedback"), postgres, kafka, settings=told) as two:
            yield one, two, ledger
