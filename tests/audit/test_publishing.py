"""Publishing: signed only when durable and right, witnessed if they answer, shown as files."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from services.audit.house import House
from services.audit.log import leading
from services.audit.publishing.agreement import Forked
from services.audit.publishing.publish import Overtaken
from signer import keyring
from tests.audit.conftest import Store
from tests.audit.parties import ORIGIN, Parties, noted, parties, writing
from tests.audit.test_house import said
from tests.audit.test_log import append, story
from tlog.checkpoint import checkpoint_of
from tlog.merkle import Tree, leaf_hash
from tlog.note import opened, parse_note
from tlog.policy import judge
from tlog.tiles import bundles_of, tiles_of

RECORDS = story(streams=30, versions=20)


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


async def test_a_head_is_signed_witnessed_and_shown(store: Store, known: Parties) -> None:
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:300])
    async with known.publisher(store) as publisher:
        assert await publisher.publish()
        assert not await publisher.publish()
    verdict = judge(known.policy, parse_note(known.note()))
    assert (verdict.checkpoint.size, verdict.quorum) == (300, True)
    [head] = await store.sql("SELECT root FROM ledger_head")
    assert verdict.checkpoint.root == head["root"]
    [shown] = await store.sql("SELECT * FROM ledger_published")
    assert (bytes(shown["note"]), shown["unwitnessed_since"]) == (known.note(), None)


async def test_the_exported_files_are_the_log(store: Store, known: Parties) -> None:
    sizes = (100, 255, 256, 300, 600)
    async with known.publisher(store) as publisher, writing(store) as ledger:
        for start, end in zip((0, *sizes), sizes, strict=False):
            await ledger.append(RECORDS[start:end])
            await noted(ledger)
            assert await publisher.publish()
            exported = list(publisher.export.entries(0, end))
            tree = Tree()
            for leaf in exported:
                tree.append(leaf_hash(leaf))
            assert checkpoint_of(parse_note(known.note())).root == tree.root()
            folder = publisher.export.folder
            for tile in tiles_of(end):
                assert tile.split((folder / tile.path).read_bytes())
            for bundle in bundles_of(end):
                assert bundle.split((folder / bundle.path).read_bytes())
        assert list(publisher.export.entries(250, 260)) == exported[250:260]
    assert not (folder / "tile/0/000.p").exists(), "parts go when the whole is there"
    assert not list(folder.rglob("*.making"))


async def test_without_witnesses_publishing_goes_on_and_says_so(
    store: Store, known: Parties
) -> None:
    await quickly(store, 100)
    known.away = {"upper", "discipline"}
    async with known.publisher(store) as publisher:
        assert await publisher.publish()
    assert not judge(known.policy, parse_note(known.note())).quorum
    [shown] = await store.sql("SELECT quorum, unwitnessed_since FROM ledger_published")
    assert (shown["quorum"], shown["unwitnessed_since"] is None) == (False, False)
    [upper, _] = await store.sql("SELECT fault FROM ledger_witness ORDER BY name DESC")
    assert upper["fault"] == "没有应答（ConnectError）"

    known.away = set()
    await store.sql("UPDATE ledger_published SET asked_at = asked_at - interval '1 minute'")
    async with known.publisher(store) as publisher:
        assert await publisher.publish(), "they are asked again about the same head"
    assert judge(known.policy, parse_note(known.note())).quorum
    [shown] = await store.sql("SELECT unwitnessed_since FROM ledger_published")
    assert shown["unwitnessed_since"] is None


async def quickly(store: Store, size: int) -> None:
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:size])


async def test_a_witness_that_was_away_catches_up_from_where_it_was(
    store: Store, known: Parties
) -> None:
    await quickly(store, 100)
    async with known.publisher(store) as publisher:
        await publisher.publish()
    known.away = {"upper"}
    await quickly(store, 300)
    async with known.publisher(store) as publisher:
        await publisher.publish()
    known.away = set()
    await store.sql("UPDATE ledger_witness SET size = 7")  # what we believe may be wrong
    await quickly(store, 600)
    async with known.publisher(store) as publisher:
        await publisher.publish()
    assert judge(known.policy, parse_note(known.note())).quorum


async def test_nothing_is_published_without_the_signer(store: Store, known: Parties) -> None:
    await quickly(store, 100)
    known.away = {"signer"}
    async with known.publisher(store) as publisher:
        with pytest.raises(Exception, match="没有应答"):
            await publisher.publish()
        assert publisher.export.checkpoint() is None


async def test_a_head_that_the_tiles_do_not_lead_to_is_not_signed(
    store: Store, known: Parties
) -> None:
    await quickly(store, 300)
    await store.attack(
        "UPDATE ledger_tile SET data = set_byte(data, 40, get_byte(data, 40) # 1)"
        " WHERE level = 0 AND n = 1"
    )
    async with known.publisher(store) as publisher:
        with pytest.raises(Forked, match="前 300 条的校验树与入账时的根不同"):
            await publisher.publish()
        assert await publisher.outside.signer_remembers() is None


async def test_of_two_that_publish_at_once_one_gives_up(store: Store, known: Parties) -> None:
    await quickly(store, 100)
    async with known.publisher(store) as one, known.publisher(store, "other") as two:
        outcomes = await asyncio.gather(one.publish(), two.publish(), return_exceptions=True)
    assert sorted(map(str, outcomes)) in (["", "True"], ["False", "True"], ["True", "True"])
    assert all(isinstance(o, bool | Overtaken) for o in outcomes)
    assert len(await store.sql("SELECT DISTINCT size FROM ledger_note")) == 1
    await append(store, RECORDS[:120])


async def test_while_a_key_is_rotated_both_sign_and_the_log_names_the_new_one(
    store: Store, known: Parties
) -> None:
    old_policy = known.policy
    await quickly(store, 100)
    async with known.publisher(store) as publisher:
        await publisher.publish()
    new, _ = keyring.rotate(known.folder / "signer", bytes([9]) * 32)
    for name in known.witnesses:
        with (known.folder / name / "logs.txt").open("a") as logs:
            logs.write(f"log {new}\n")
    both = [old_policy.logs[0].vkey, new]
    async with leading(store.worker, store.vault) as ledger:
        await House(ledger).open(ORIGIN, keys=both)
        await House(ledger).open(ORIGIN, keys=both)
        await noted(ledger)
    async with known.publisher(store) as publisher:
        await publisher.publish()
    note = parse_note(known.note())
    assert opened(note, both) == tuple(both)
    assert judge(old_policy, note).quorum, "whoever has the old policy still believes it"
    told = await said(store, "audit.key.rotate.v1")
    assert [one["key"] for one in told] == [str(key) for key in both]


async def test_a_new_log_names_the_end_of_the_one_before(store: Store, known: Parties) -> None:
    await quickly(store, 100)
    async with known.publisher(store) as publisher:
        await publisher.publish()
    last = known.note()
    async with leading(store.worker, store.vault) as ledger:
        await House(ledger).open("gongkai.linjiang.example/audit/330105/2027", last)
    [genesis] = await said(store, "log.genesis.v1")
    assert genesis["previous"]["size"] == 100
    assert genesis["previous"]["noteSha256"] == sha256(last).hexdigest()
