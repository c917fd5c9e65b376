"""Rows 8 and 9 on the real broker: a standby that was left behind is promoted and puts back what it lost."""

from pathlib import Path

import pytest

from services.audit.publishing.records import from_topics
from shared.envelope import Message
from tests.audit.conftest import Store
from tests.audit.parties import Parties, parties
from tests.audit.test_feed import fed, story
from tests.audit.test_fsck import verified
from tests.audit.test_gate import passed, standby
from tests.audit.test_log import ids, whole
from tests.audit.topics import fresh_topics, publish
from tests.conftest import TestKafka, TestPostgres
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note

pytestmark = pytest.mark.kafka
SAID = story(streams=25, versions=8)


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


async def heard(
    store: Store, known: Parties, kafka: TestKafka, said: list[Message], size: int
) -> None:
    """Through the broker into the ledger, and shown to the world."""
    await publish(kafka.address, said)
    await fed(store, kafka, size)
    async with known.publisher(store) as publisher:
        await publisher.publish()


async def test_a_promoted_standby_ends_at_the_same_root_and_goes_on(
    store: Store, known: Parties, postgres: TestPostgres, kafka: TestKafka
) -> None:
    await fresh_topics(kafka.address)
    await heard(store, known, kafka, SAID[:150], 150)
    async with standby(store, postgres) as behind:
        await heard(store, known, kafka, SAID[150:280], 280)
        shown = checkpoint_of(parse_note(known.note()))
        before = await ids(store)
        assert await passed(behind, known, from_topics(kafka.address)) == shown.size
        assert await ids(behind) == before[: shown.size]
        [head] = await behind.sql("SELECT root FROM ledger_head")
        assert head["root"] == shown.root
        await publish(kafka.address, SAID[280:])
        await fed(behind, kafka, len(SAID))
        await whole(behind)
        assert (await verified(behind)).differences == []


async def test_a_broker_that_was_emptied_and_filled_again_serves_as_well(
    store: Store, known: Parties, postgres: TestPostgres, kafka: TestKafka
) -> None:
    """The leaves name places that no longer exist; the records are recognised by id and commitment."""
    await fresh_topics(kafka.address)
    await heard(store, known, kafka, SAID[:150], 150)
    async with standby(store, postgres) as behind:
        await heard(store, known, kafka, SAID[150:280], 280)
        shown = checkpoint_of(parse_note(known.note()))
        await fresh_topics(kafka.address)
        await publish(kafka.address, SAID[200:])
        await publish(kafka.address, SAID[:200])
        assert await passed(behind, known, from_topics(kafka.address)) == shown.size
        [head] = await behind.sql("SELECT root FROM ledger_head")
        assert head["root"] == shown.root
