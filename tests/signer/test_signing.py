"""The signer signs what extends what it signed before, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.latest import Latest
from shared.secretfile import Exposed
from signer import keyring
from signer.keyring import MEMORY, NotNow
from signer.signing import Signer, adopt, open_signer
from tests.tlog.logs import LOG, NEXT, ORIGIN, OTHER, WITNESS, Log
from tlog.answers import UnknownLog
from tlog.checkpoint import Checkpoint
from tlog.note import Note, Unsigned, opened, parse_signatures
from tlog.policy import judge, parse_policy
from tlog.submission import Inconsistent, Stale, Submission
from tlog.text import Malformed

LOGGED = Log(300)
FORK = Log(300, b"rewritten ")
POLICY = f"# 信任策略\nlog {LOG.vkey} https://{ORIGIN}\nwitness w {WITNESS.vkey}\nquorum w\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keyring.create(tmp_path / "signer", ORIGIN, LOG.seed)
    return tmp_path / "signer"


@pytest.fixture
def signer(folder: Path) -> Signer:
    return open_signer(folder)


def request(log: Log, old: int, new: int) -> bytes:
    """As the audit service asks: not yet signed by anybody."""
    whole = log.submission(old, new)
    return Submission(old, whole.hashes, Note(whole.note.text)).encode()


def signed(signer: Signer, old: int, new: int) -> Note:
    lines = parse_signatures(signer.sign(request(LOGGED, old, new)))
    return Note(LOGGED.checkpoint(new).text, lines)


def test_it_signs_a_growing_log(signer: Signer) -> None:
    for old, new in ((0, 0), (0, 1), (1, 200), (200, 256), (256, 300)):
        assert opened(signed(signer, old, new), [LOG.vkey]) == (LOG.vkey,)
        assert signer.latest() == LOGGED.checkpoint(new)


def test_the_same_checkpoint_is_signed_again_in_the_same_words(signer: Signer) -> None:
    assert signed(signer, 0, 200) == signed(signer, 200, 200)


@pytest.mark.parametrize("size", [200, 201, 300])
def test_a_rewritten_tree_is_never_signed(signer: Signer, size: int) -> None:
    signed(signer, 0, 200)
    with pytest.raises(Inconsistent):
        signer.sign(request(FORK, 200, size))
    assert signer.latest() == LOGGED.checkpoint(200)


def test_a_truncated_tree_is_never_signed(signer: Signer) -> None:
    signed(signer, 0, 200)
    for old, new in ((0, 100), (100, 199), (0, 200), (0, 300), (199, 300)):
        with pytest.raises(Stale) as stale:
            signer.sign(request(LOGGED, old, new))
        assert stale.value.size == 200
    with pytest.raises(Malformed):
        signer.sign(request(LOGGED, 100, 199).replace(b"old 100", b"old 200"))


def test_a_wrong_proof_is_not_enough(signer: Signer) -> None:
    signed(signer, 0, 200)
    right = LOGGED.submission(200, 300)
    text = Note(right.note.text)
    for hashes in ((), right.hashes[:-1], (*right.hashes, bytes(32)), right.hashes[::-1]):
        with pytest.raises(Inconsistent):
            signer.sign(Submission(200, hashes, text).encode())


def test_another_log_is_not_its_business(signer: Signer) -> None:
    other = Checkpoint(OTHER.name, 5, LOGGED.roots[5])
    with pytest.raises(UnknownLog):
        signer.sign(Submission(0, (), Note(other.text)).encode())


def test_what_is_not_a_request_is_malformed(signer: Signer) -> None:
    whole = request(LOGGED, 0, 5)
    lines = whole.replace(b"\n\n", b"\nextension\n\n")
    for bad in (b"", whole[:-1], whole + b"\n", lines, LOGGED.submission(0, 5).encode()):
        with pytest.raises(Malformed):
            signer.sign(bad)
    assert signer.latest() is None


def test_it_remembers_after_a_restart(signer: Signer, folder: Path) -> None:
    signed(signer, 0, 200)
    again = open_signer(folder)
    assert again.latest() == LOGGED.checkpoint(200)
    with pytest.raises(Stale):
        again.sign(request(FORK, 0, 300))


def test_without_memory_or_with_an_exposed_key_it_does_not_begin(folder: Path) -> None:
    for file in folder.glob(f"{MEMORY}*"):
        file.unlink()
    with pytest.raises(FileNotFoundError):
        open_signer(folder)
    Latest.create(folder / MEMORY)
    open_signer(folder)
    (folder / "key-1").chmod(0o440)
    with pytest.raises(Exposed):
        open_signer(folder)


def test_while_a_key_is_rotated_both_sign_without_a_restart(signer: Signer, folder: Path) -> None:
    signed(signer, 0, 200)
    keyring.rotate(folder, NEXT.seed)
    note = signed(signer, 200, 256)
    assert opened(note, [LOG.vkey, NEXT.vkey]) == (LOG.vkey, NEXT.vkey)
    assert keyring.retire(folder) == LOG.vkey
    note = signed(signer, 256, 300)
    assert opened(note, [LOG.vkey, NEXT.vkey]) == (NEXT.vkey,)
    with pytest.raises(NotNow):
        keyring.retire(folder)


def test_a_rotation_has_to_end_before_the_next(folder: Path) -> None:
    keyring.rotate(folder, NEXT.seed)
    with pytest.raises(NotNow):
        keyring.rotate(folder, OTHER.seed)
    keyring.retire(folder)
    keyring.rotate(folder, OTHER.seed)
    assert [key.seed for key in keyring.keys(folder)] == [NEXT.seed, OTHER.seed]
    assert sorted(path.name for path in folder.glob("key-*")) == ["key-2", "key-3"]


def test_the_next_policy_trusts_both_keys_and_both_have_signed_it(folder: Path) -> None:
    _, note = keyring.rotate(folder, NEXT.seed, POLICY)
    assert note
    assert opened(note, [LOG.vkey, NEXT.vkey]) == (LOG.vkey, NEXT.vkey)
    policy = parse_policy(note.text.encode())
    assert [log.vkey for log in policy.logs] == [LOG.vkey, NEXT.vkey]
    assert [log.url for log in policy.logs] == [f"https://{ORIGIN}"] * 2
    assert policy.quorum == "w"
    assert note.text.startswith("# version 2\n")
    keyring.retire(folder)
    _, third = keyring.rotate(folder, OTHER.seed, note.text)
    assert third
    assert third.text.count("# version") == 1
    assert third.text.startswith("# version 3\n")


def test_no_key_is_added_when_the_policy_is_not_ours(folder: Path) -> None:
    with pytest.raises(NotNow):
        keyring.rotate(folder, NEXT.seed, f"log {OTHER.vkey}\nquorum none\n")
    assert [key.vkey for key in keyring.keys(folder)] == [LOG.vkey]


def lose_memory(folder: Path) -> None:
    for file in folder.glob(f"{MEMORY}*"):
        file.unlink()


def test_a_lost_memory_is_made_anew_from_a_note_with_a_quorum(folder: Path) -> None:
    lose_memory(folder)
    policy = parse_policy(POLICY.encode())
    note = LOGGED.note(200, WITNESS)
    assert judge(policy, note).quorum
    assert adopt(folder, note.encode(), policy) == LOGGED.checkpoint(200)
    with pytest.raises(Inconsistent):
        open_signer(folder).sign(request(FORK, 200, 300))


def test_an_outdated_memory_is_brought_forward_and_never_back(signer: Signer, folder: Path) -> None:
    signed(signer, 0, 100)
    policy = parse_policy(POLICY.encode())
    adopt(folder, LOGGED.note(200, WITNESS).encode(), policy)
    assert signer.latest() == LOGGED.checkpoint(200)
    for size in (100, 200):
        with pytest.raises(NotNow):
            adopt(folder, LOGGED.note(size, WITNESS).encode(), policy)
    assert signer.latest() == LOGGED.checkpoint(200)


def test_no_memory_is_made_from_what_was_not_witnessed(folder: Path) -> None:
    lose_memory(folder)
    policy = parse_policy(POLICY.encode())
    unwitnessed = parse_policy(POLICY.replace("quorum w", "quorum none").encode())
    with pytest.raises(NotNow):
        adopt(folder, LOGGED.note(200).encode(), policy)
    with pytest.raises(NotNow):
        adopt(folder, LOGGED.note(200, WITNESS).encode(), unwitnessed)
    with pytest.raises(Unsigned):
        adopt(
            folder, Note(LOGGED.checkpoint(200).text, LOGGED.note(199).signatures).encode(), policy
        )
    assert not (folder / MEMORY).exists()
