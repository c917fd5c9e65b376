"""Rows 4 and 5: everything is rewritten and signed again with the stolen key. The ledger itself is blind;
only what others remember tells: the signer, a witness, a saved checkpoint, the notice on the wall."""

import shutil
from pathlib import Path

import pytest

from services.audit import memories
from services.audit.fsck import check, snapshot
from services.audit.publishing import gate
from services.audit.publishing.agreement import Forked
from services.audit.publishing.outside import Ahead
from services.audit.publishing.repair import Unrepaired
from services.audit.regrow import Remembered
from services.audit.verification import read_root
from tests.audit.attacks.rewriting import OTHER_HISTORY, rewritten
from tests.audit.conftest import Store
from tests.audit.parties import Parties, parties, writing
from tests.audit.published import verifier
from tests.audit.test_fsck import RECORDS, plain_look, verified
from tests.audit.test_gate import passed, still_held
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note
from tlog.policy import judge


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


async def published(store: Store, known: Parties, folder: str = "public") -> bytes:
    async with known.publisher(store, folder) as publisher:
        await publisher.publish()
    return known.note(folder)


async def honest(store: Store, known: Parties) -> bytes:
    """400 entries, published and witnessed: the note everybody has."""
    async with writing(store) as ledger:
        await ledger.append(RECORDS)
    return await published(store, known)


def thief(known: Parties) -> None:
    """Has the signing key, and gives the signer an empty memory."""
    memory = known.folder / "signer/latest.sqlite3"
    for file in memory.parent.glob("latest.sqlite3*"):
        file.unlink()
    shutil.copy(known.folder / "discipline/fresh.sqlite3", memory)


@pytest.fixture
def stolen(known: Parties) -> Parties:
    """An empty memory to put in place later, made before anything is signed."""
    shutil.copy(known.folder / "signer/latest.sqlite3", known.folder / "discipline/fresh.sqlite3")
    return known


async def test_by_itself_a_rewritten_ledger_is_sound_and_a_saved_checkpoint_tells(
    store: Store, stolen: Parties
) -> None:
    saved = dict([read_root(await honest(store, stolen))])
    await rewritten(store, OTHER_HISTORY)
    thief(stolen)
    stolen.away = {"upper", "discipline"}
    await published(store, stolen, "again")
    assert await plain_look(store)
    assert (await verified(store)).sound, "the limit of what a ledger can know of itself"
    assert (await verified(store, saved)).differences == [
        "前 400 条的根与事先保存的不同：这些条目中有的被改动过"
    ]


async def test_a_cut_tail_signed_again_is_told_by_a_saved_checkpoint(
    store: Store, stolen: Parties
) -> None:
    saved = dict([read_root(await honest(store, stolen))])
    await rewritten(store, RECORDS[:390])
    thief(stolen)
    stolen.away = {"upper", "discipline"}
    await published(store, stolen, "again")
    assert (await verified(store)).sound
    assert (await verified(store, saved)).differences == [
        "事先保存的根包含 400 条，台账现仅有 390 条"
    ]


async def test_the_signer_refuses_what_does_not_extend_what_it_signed(
    store: Store, known: Parties
) -> None:
    await honest(store, known)
    await rewritten(store, OTHER_HISTORY)
    with pytest.raises(Forked, match="签名器记得的前 400 条与本台账不一致"):
        await published(store, known, "again")
    await rewritten(store, RECORDS[:390])
    with pytest.raises(Ahead, match="记得 400 条，本台账要签的只有 390 条"):
        await published(store, known, "again")


async def test_with_the_key_stolen_the_witnesses_refuse_and_prove_it(
    store: Store, stolen: Parties
) -> None:
    await honest(store, stolen)
    await rewritten(store, OTHER_HISTORY)
    thief(stolen)
    with pytest.raises(Forked, match=r"见证方「(upper|discipline)」记得的前 400 条与本台账不一致"):
        await published(store, stolen, "again")
    assert not (stolen.folder / "again/log/checkpoint").exists()
    evidence = list((stolen.folder / "upper/evidence").iterdir())
    assert evidence, "the witness keeps what was sent to it: two histories under one signature"


async def test_one_lagging_witness_is_enough(store: Store, stolen: Parties) -> None:
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:100])
    await published(store, stolen)
    stolen.away = {"upper"}
    await honest(store, stolen)
    await rewritten(store, OTHER_HISTORY)
    thief(stolen)
    stolen.away = {"discipline"}
    with pytest.raises(Forked, match="见证方「upper」记得的前 100 条与本台账不一致"):
        await published(store, stolen, "again")


async def test_verification_asks_the_witnesses_and_names_who_remembers_otherwise(
    store: Store, stolen: Parties
) -> None:
    await honest(store, stolen)
    async with stolen.publisher(store) as publisher:
        seen = await publisher.outside.remembered()
    kept = [
        Remembered(tree.size, tree.root, f"见证方「{name}」所见证")
        for name, tree in ((n, checkpoint_of(note)) for n, note in seen.items())
    ]
    await rewritten(store, OTHER_HISTORY)
    async with snapshot(store.worker) as db:
        report = await check(db, store.vault, {}, outside=kept)
    assert report.differences == [
        "前 400 条的根与见证方「upper」所见证的不同：这些条目中有的被改动过",
        "前 400 条的根与见证方「discipline」所见证的不同：这些条目中有的被改动过",
    ]


async def test_a_published_note_that_our_key_did_not_sign_is_named(
    store: Store, known: Parties, tmp_path: Path
) -> None:
    await honest(store, known)
    await store.attack(
        "UPDATE ledger_note SET note = replace(encode(note, 'escape'), '400', '399')::bytea"
    )
    async with snapshot(store.worker) as db:
        _, wrong = await memories.published(db, known.policy)
    assert len(wrong) == 1
    assert wrong[0].startswith("前 400 条处发布过的存档点被改动或不是本台账签发的")


async def test_at_the_next_start_nothing_is_taken_in_any_more(
    store: Store, stolen: Parties
) -> None:
    await honest(store, stolen)
    await rewritten(store, OTHER_HISTORY)
    with pytest.raises(Forked):
        await passed(store, stolen, still_held(RECORDS))
    await rewritten(store, RECORDS[:390])
    with pytest.raises((Forked, Unrepaired)):
        await passed(store, stolen, still_held([]))
    assert gate.EXPORTED


async def test_two_histories_shown_to_two_inspectors_are_evidence_against_the_log(
    store: Store, stolen: Parties, tmp_path: Path
) -> None:
    """A split view: each is sound in itself, together they convict."""
    one = await honest(store, stolen)
    await rewritten(store, OTHER_HISTORY)
    thief(stolen)
    stolen.away = {"upper", "discipline"}
    other = await published(store, stolen, "again")
    for note in (one, other):
        assert judge(stolen.policy, parse_note(note)).checkpoint.size == 400
    (tmp_path / "one.txt").write_bytes(one)
    (tmp_path / "other.txt").write_bytes(other)
    code, said = await verifier(
        tmp_path, stolen, "compare", str(tmp_path / "one.txt"), str(tmp_path / "other.txt")
    )
    assert code != 0
    assert "分叉" in said or "未达" in said or "法定数" in said, said
