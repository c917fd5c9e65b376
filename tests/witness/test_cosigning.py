"""A witness cosigns what extends what it has seen, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.tlog.logs import AT, LOG, NEXT, ORIGIN, OTHER, WITNESS, Log
from tlog.answers import UnknownLog
from tlog.cosignature import times_of
from tlog.note import Note, SigningKey, Unsigned, parse_note, parse_signatures, sign
from tlog.submission import Inconsistent, Stale, Submission
from tlog.text import Malformed
from witness.cosigning import EVIDENCE, LOGS, Witness, WrongLogs, create, open_witness, trust

LOGGED = Log(300)
FORK = Log(300, b"rewritten ")


def new_witness(folder: Path, clock: Callable[[], int] = lambda: AT) -> Witness:
    create(folder, WITNESS.name, WITNESS.seed)
    with (folder / LOGS).open("a") as logs:
        logs.write(f"log {LOG.vkey}\n")
    return open_witness(folder, clock)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return new_witness(tmp_path / "witness")


def add(witness: Witness, submission: Submission) -> tuple[int, ...]:
    """The times at which it says to have seen the checkpoint."""
    lines = parse_signatures(witness.add(submission.encode()))
    return times_of(submission.note.with_lines(*lines), WITNESS.vkey)


def test_it_follows_a_log_from_nothing(witness: Witness) -> None:
    for old, new in ((0, 1), (1, 2), (2, 200), (200, 256), (256, 300), (300, 300)):
        assert add(witness, LOGGED.submission(old, new)) == (AT,)
        assert witness.latest(ORIGIN) == LOGGED.checkpoint(new)


def test_it_says_where_it_is_to_who_is_elsewhere(witness: Witness) -> None:
    add(witness, LOGGED.submission(0, 200))
    for old, new in ((0, 200), (0, 300), (100, 300), (100, 200), (250, 300), (0, 0)):
        with pytest.raises(Stale) as stale:
            add(witness, LOGGED.submission(old, new))
        assert stale.value.size == 200
    assert witness.latest(ORIGIN) == LOGGED.checkpoint(200)


def test_a_rewritten_history_is_refused_and_kept_as_evidence(witness: Witness) -> None:
    add(witness, LOGGED.submission(0, 200))
    for size in (200, 201, 300):
        with pytest.raises(Inconsistent):
            add(witness, FORK.submission(200, size))
    assert witness.latest(ORIGIN) == LOGGED.checkpoint(200)
    kept = {path.read_bytes() for path in (witness.folder / EVIDENCE).iterdir()}
    assert kept == {FORK.submission(200, size).encode() for size in (200, 201, 300)}
    assert add(witness, LOGGED.submission(200, 300))


def test_a_log_it_was_not_told_of_is_unknown(witness: Witness) -> None:
    text = LOGGED.checkpoint(5).text.replace(ORIGIN, OTHER.name)
    with pytest.raises(UnknownLog):
        add(witness, Submission(0, (), Note(text, (sign(OTHER, text),))))


def test_nothing_is_signed_that_the_log_did_not_sign(witness: Witness) -> None:
    text = LOGGED.checkpoint(5).text
    for signature in (sign(NEXT, text), sign(OTHER, text), LOGGED.note(6).signatures[0]):
        with pytest.raises(Unsigned):
            add(witness, Submission(0, (), Note(text, (signature,))))
    assert witness.latest(ORIGIN) is None
    assert not (witness.folder / EVIDENCE).exists()


def test_what_is_not_a_submission_is_malformed(witness: Witness) -> None:
    whole = LOGGED.submission(0, 5).encode()
    for bad in (
        b"",
        b"\n",
        whole[1:],
        whole[:-1],
        whole.replace(b"old 0", b"old 6"),
        b"\xff" + whole,
    ):
        with pytest.raises(Malformed):
            witness.add(bad)


def test_a_key_is_added_without_a_restart_and_either_counts(witness: Witness) -> None:
    text = LOGGED.checkpoint(5).text
    rotated = Submission(0, (), Note(text, (sign(NEXT, text),)))
    with (witness.folder / LOGS).open("a") as logs:
        logs.write(f"# 新密钥\n\n  log {NEXT.vkey}\n")
    assert add(witness, rotated) == (AT,)
    assert add(witness, LOGGED.submission(5, 6)) == (AT,)


def test_whoever_monitors_sees_the_last_checkpoint_with_both_signatures(witness: Witness) -> None:
    add(witness, LOGGED.submission(0, 200))
    stranger = sign(OTHER, LOGGED.checkpoint(300).text)
    last = LOGGED.submission(200, 300)
    add(witness, Submission(200, last.hashes, last.note.with_lines(stranger)))
    note = parse_note(witness.note_of(sha256(ORIGIN.encode()).hexdigest()))
    assert note.text == LOGGED.checkpoint(300).text
    assert [one.name for one in note.signatures] == [ORIGIN, WITNESS.name]
    for place in (sha256(b"another").hexdigest(), "", ORIGIN):
        with pytest.raises(UnknownLog):
            witness.note_of(place)


def test_a_request_that_stalls_before_it_is_remembered_cannot_roll_back(tmp_path: Path) -> None:
    """The race of the specification: A is checked, B overtakes it, A must not set the size back."""
    reached, go_on = Event(), Event()

    def slow_clock() -> int:
        reached.set()
        assert go_on.wait(30)
        return AT

    quick = new_witness(tmp_path / "witness")
    add(quick, LOGGED.submission(0, 100))
    slow = open_witness(tmp_path / "witness", slow_clock)
    outcome: list[object] = []

    def stalled() -> None:
        try:
            outcome.append(add(slow, LOGGED.submission(100, 150)))
        except Stale as stale:
            outcome.append(stale.size)

    thread = Thread(target=stalled)
    thread.start()
    assert reached.wait(30)
    assert add(quick, LOGGED.submission(100, 200)) == (AT,)
    go_on.set()
    thread.join(30)
    assert outcome == [200]
    assert quick.latest(ORIGIN) == LOGGED.checkpoint(200)


def test_a_list_of_logs_that_cannot_be_read_stops_it(witness: Witness) -> None:
    for bad in ("log", f"trust {LOG.vkey}", "log nonsense"):
        (witness.folder / LOGS).write_text(bad, "utf-8")
        with pytest.raises(WrongLogs):
            open_witness(witness.folder)


def test_a_second_key_is_never_made_over_the_first(witness: Witness) -> None:
    with pytest.raises(FileExistsError):
        create(witness.folder, WITNESS.name, bytes(32))
    assert open_witness(witness.folder).key == WITNESS


def policy(*keys: SigningKey, by: tuple[SigningKey, ...]) -> bytes:
    text = "".join(f"log {key.vkey}\n" for key in keys) + "quorum none\n"
    return Note(text).with_lines(*(sign(key, text) for key in by)).encode()


def test_a_rotated_key_is_taken_over_from_a_policy_that_both_have_signed(witness: Witness) -> None:
    assert trust(witness, policy(LOG, NEXT, by=(LOG, NEXT))) == [NEXT.vkey]
    assert witness.logs() == [LOG.vkey, NEXT.vkey]
    assert trust(witness, policy(LOG, NEXT, by=(LOG, NEXT))) == []
    assert witness.logs() == [LOG.vkey, NEXT.vkey]


def test_no_key_is_taken_over_that_one_of_both_has_not_signed(witness: Witness) -> None:
    for data in (
        policy(LOG, NEXT, by=(LOG,)),
        policy(LOG, NEXT, by=(NEXT,)),
        policy(NEXT, by=(OTHER, NEXT)),
    ):
        with pytest.raises(Unsigned):
            trust(witness, data)
    assert trust(witness, policy(LOG, OTHER, by=(LOG, OTHER))) == [], "another log's"
    assert witness.logs() == [LOG.vkey]
