"""Programs written by others read what we write: Go's sumdb packages, and tlog-scales."""

from __future__ import annotations

import contextlib
import io
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tlog.golang import Disagrees, Oracle, build
from tests.tlog.logs import AT, LOG, NEXT, ORIGIN, OTHER, SECOND, WITNESS, Log
from tlog.note import parse_note, sign
from tlog.proof import Proof
from tlog.prover import consistency, inclusion

pytestmark = pytest.mark.slow  # the first time Go compiles its own libraries
SIZE = 70_000
INDEXES = (0, 1, 255, 256, 257, 12_345, 65_535, 65_536, 69_998, 69_999)


@pytest.fixture(scope="module")
def log() -> Log:
    return Log(SIZE)


@pytest.fixture(scope="module")
def folder(log: Log, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log")
    note = log.note(SIZE, WITNESS)
    log.write(path, note.with_lines(sign(NEXT, note.text)))
    return path


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    return build(tmp_path_factory.mktemp("go"))


@contextlib.contextmanager
def spoiled(path: Path, at: int) -> Iterator[None]:
    """One byte of a file changed, for a while."""
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(whole)


def hashes(values: list[str] | None) -> list[bytes]:
    return [b64decode(value) for value in values or []]


def test_go_reads_the_log_and_makes_the_same_proofs(oracle: Oracle, folder: Path, log: Log) -> None:
    found = oracle(folder, LOG.vkey, WITNESS.vkey, *INDEXES)
    assert (found["Origin"], found["Size"]) == (ORIGIN, SIZE)
    assert b64decode(found["Root"]) == log.roots[SIZE]
    assert found["Signers"] == [LOG.name, WITNESS.name]
    for index in INDEXES:
        proof = hashes(found["Inclusion"][str(index)])
        assert proof == inclusion(index, SIZE, log.read)
        earlier = hashes(found["Earlier"][str(index + 1)])
        assert earlier == consistency(index + 1, SIZE, log.read)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 513])
def test_go_reads_small_logs(oracle: Oracle, tmp_path: Path, size: int) -> None:
    small = Log(size)
    small.write(tmp_path, small.note(size))
    found = oracle(tmp_path, LOG.vkey, "", *range(0, size, 50), size - 1)
    assert b64decode(found["Root"]) == small.roots[size]


def test_go_opens_the_note_with_either_key_while_one_is_rotated(
    oracle: Oracle, folder: Path
) -> None:
    assert oracle(folder, NEXT.vkey, "")["Signers"] == [LOG.name]


def test_go_refuses_other_keys(oracle: Oracle, folder: Path) -> None:
    with pytest.raises(Disagrees):
        oracle(folder, OTHER.vkey, "")
    assert WITNESS.name not in oracle(folder, LOG.vkey, SECOND.vkey)["Signers"]


def test_go_notices_a_changed_entry_a_changed_tile_and_a_changed_note(
    oracle: Oracle, folder: Path
) -> None:
    for path, at in (
        ("tile/entries/017", 300), ("tile/0/273.p/112", 40), ("tile/1/000", 8_000),
        ("checkpoint", len(ORIGIN) + 2),
    ):  # fmt: skip
        with spoiled(folder / path, at), pytest.raises(Disagrees):
            oracle(folder, LOG.vkey, WITNESS.vkey, *INDEXES)


def test_scales_reads_the_log_and_makes_the_same_proofs(folder: Path, log: Log) -> None:
    from tlog_scales.backend import LocalBackend
    from tlog_scales.reader import TilesReader

    reader = TilesReader(LocalBackend(folder))
    assert reader.get_checkpoint().size == SIZE
    assert reader.calculate_root_hash() == log.roots[SIZE]
    for index in INDEXES:
        assert reader.get_entry(index) == log.leaves[index]
        theirs = reader.get_inclusion_proof(index, SIZE)
        assert list(theirs.node_hashes) == inclusion(index, SIZE, log.read)
        older = reader.get_consistency_proof(index + 1, SIZE)
        assert list(older.node_hashes) == consistency(index + 1, SIZE, log.read)


def test_scales_writes_the_same_proof_file(folder: Path, log: Log) -> None:
    from tlog_scales.cli import build_parser

    said = io.StringIO()
    arguments = build_parser().parse_args(["gen-proof", str(folder), "12345"])
    with contextlib.redirect_stdout(said):
        arguments.func(arguments)
    note = parse_note((folder / "checkpoint").read_bytes())
    ours = Proof(12_345, tuple(inclusion(12_345, SIZE, log.read)), note)
    assert said.getvalue().encode() == ours.encode()


def test_scales_knows_our_keys_and_cosignatures(folder: Path) -> None:
    from tlog_scales.signing import Ed25519CosignatureVerifier, Vkey, VkeySet
    from tlog_scales.tlog import Checkpoint

    checkpoint = Checkpoint.from_text((folder / "checkpoint").read_text("utf-8"))
    keys = [Vkey.from_string(str(key.vkey)) for key in (LOG, NEXT, WITNESS, SECOND)]
    assert [key.serialize() for key in keys[:1]] == [str(LOG.vkey)]
    valid = VkeySet(*keys).verify(checkpoint.signatures, checkpoint)
    assert {vkey.key_id for vkey, _ in valid} == {key.key_id for key in keys[:3]}
    (cosignature,) = [one.payload for vkey, one in valid if vkey.sig_type == 4]
    assert Ed25519CosignatureVerifier.get_timestamp(cosignature) == AT
