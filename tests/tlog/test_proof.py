"""Proofs that travel, and what a log sends to its witnesses."""

import pytest

from tests.tlog.logs import LOG, ORIGIN, WITNESS, Log
from tests.tlog.test_note import changed
from tlog.checkpoint import Checkpoint
from tlog.note import Unsigned, opened
from tlog.policy import Judgement, judge, parse_policy
from tlog.proof import Proof, parse_proof
from tlog.prover import inclusion
from tlog.submission import Inconsistent, Stale, Submission, parse_submission
from tlog.text import Malformed

LOGS = Log(300)
POLICY = parse_policy(f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n".encode())


def proof(index: int, size: int, extra: bytes | None = None) -> Proof:
    hashes = inclusion(index, size, LOGS.read)
    return Proof(index, tuple(hashes), LOGS.note(size, WITNESS), extra)


def checked(data: bytes, leaf: bytes) -> Judgement | None:
    """What an inspector does with a proof; None when it proves nothing."""
    given = parse_proof(data)
    judgement = judge(POLICY, given.note)
    return judgement if judgement.quorum and given.proves(leaf) else None


def test_a_proof_is_read_back_and_proves_its_entry_only() -> None:
    for index, size in ((0, 1), (0, 2), (5, 8), (299, 300), (255, 257)):
        for extra in (None, b"", b"id and salt"):
            given = proof(index, size, extra)
            assert parse_proof(given.encode()) == given
            assert given.proves(LOGS.leaves[index])
            assert not given.proves(LOGS.leaves[index] + b" ")


def test_no_changed_byte_of_a_proof_goes_unnoticed() -> None:
    data, leaf = proof(37, 300).encode(), LOGS.leaves[37]
    assert checked(data, leaf)
    for bad in changed(data):
        try:
            found = checked(bad, leaf)
        except (Malformed, Unsigned):
            continue
        assert found is None, bad


def test_no_changed_byte_of_the_entry_goes_unnoticed() -> None:
    data, leaf = proof(37, 300).encode(), LOGS.leaves[37]
    assert all(checked(data, bad) is None for bad in changed(leaf))


def test_a_proof_for_another_place_or_tree_is_refused() -> None:
    given = proof(37, 300)
    for index in (36, 38, 299):
        assert not Proof(index, given.hashes, given.note).proves(LOGS.leaves[37])
    assert not Proof(37, given.hashes, LOGS.note(299)).proves(LOGS.leaves[37])
    for bad in (b"index 300", b"index 037", b"index -1", b"index", b"index 3\nextra AAAA"):
        with pytest.raises(Malformed):
            parse_proof(given.encode().replace(b"index 37", bad))
    with pytest.raises(Malformed):
        parse_proof(given.encode().replace(b"@v1", b"@v2"))


def test_a_submission_is_read_back() -> None:
    for old, new in ((0, 0), (0, 300), (1, 300), (256, 300), (300, 300)):
        given = LOGS.submission(old, new)
        assert parse_submission(given.encode()) == given


def test_an_unsigned_one_goes_to_the_signer_only() -> None:
    signed = LOGS.submission(100, 300)
    bare = Submission(100, signed.hashes, type(signed.note)(signed.note.text))
    assert parse_submission(bare.encode(), signed=False) == bare
    with pytest.raises(Malformed):
        parse_submission(bare.encode())
    with pytest.raises(Malformed):
        parse_submission(signed.encode(), signed=False)


def test_only_what_extends_the_remembered_tree_passes() -> None:
    for old in (0, 1, 128, 257, 300):
        latest = LOGS.checkpoint(old) if old else None
        LOGS.submission(old, 300).check(latest)
        for wrong in {0, 1, 128, 257, 300} - {old}:
            with pytest.raises(Stale) as stale:
                LOGS.submission(wrong, 300).check(latest)
            assert stale.value.size == old


def test_a_rewritten_tree_is_inconsistent_at_every_size() -> None:
    fork = Log(300, b"rewritten ")
    for size in (150, 200, 300):
        with pytest.raises(Inconsistent):
            fork.submission(150, size).check(LOGS.checkpoint(150))
    with pytest.raises(Inconsistent):
        fork.submission(300, 300).check(LOGS.checkpoint(300))


def test_after_an_empty_tree_the_proof_is_empty() -> None:
    LOGS.submission(0, 300).check(LOGS.checkpoint(0))
    with pytest.raises(Inconsistent):
        Submission(0, (bytes(32),), LOGS.note(300)).check(None)


def test_no_changed_byte_of_a_submission_gets_past_a_witness() -> None:
    def pass_on(data: bytes) -> None:
        given = parse_submission(data)
        opened(given.note, [LOG.vkey])
        given.check(LOGS.checkpoint(200))

    data = LOGS.submission(200, 300).encode()
    pass_on(data)
    for bad in changed(data):
        with pytest.raises((Malformed, Unsigned, Stale, Inconsistent)):
            pass_on(bad)


@pytest.mark.parametrize(
    "head", [b"", b"old", b"old -1", b"old 01", b"older 1", b"old 1\nAAAA", b"old 301", b"old 1 "]
)
def test_what_is_no_submission_is_refused(head: bytes) -> None:
    with pytest.raises(Malformed):
        parse_submission(head + b"\n\n" + LOGS.note(300).encode())


def test_more_hashes_than_a_proof_can_have_are_refused() -> None:
    for count in (63, 64):
        data = Submission(1, (bytes(32),) * count, LOGS.note(300)).encode()
        if count == 63:
            assert len(parse_submission(data).hashes) == 63
        else:
            with pytest.raises(Malformed):
                parse_submission(data)


def test_the_origin_is_part_of_what_is_signed() -> None:
    assert LOGS.checkpoint(3) != Checkpoint(ORIGIN + "2", 3, LOGS.roots[3])
    with pytest.raises(Unsigned):
        judge(POLICY, type(LOGS.note(3))(LOGS.note(3).text.replace("example", "sample")))
