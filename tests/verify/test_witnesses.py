"""Whose signatures count: the log's and a quorum of witnesses, by the inspector's policy only."""

from base64 import b64decode

from tests.verify.desk import FALSE, PROVED, UNUSABLE, Desk, desk_at, ledger, told
from tests.verify.ledger import Files, Ledger
from tests.verify.signers import ARCHIVES, DAY, DISCIPLINE, LOG, ORIGIN, POLICY, UPPER, Signer


def test_a_log_key_that_is_not_in_the_policy_is_not_believed(desk: Desk):
    thief = Signer(ORIGIN, 1, b"somebody else")
    outcome = desk.check("event", Ledger(ledger().entries, thief).event(4))
    assert outcome["code"] == FALSE
    assert "没有您信任的台账的签名" in told(outcome)


def test_a_log_under_another_name_is_not_believed(desk: Desk):
    other = Ledger(ledger().entries, Signer("other.example/log", 1, b"log"))
    assert desk.check("event", other.event(4))["code"] == FALSE


def test_another_policy_does_not_believe_the_same_evidence(tmp_path):
    stranger = desk_at(tmp_path, POLICY.replace(LOG.vkey, Signer(ORIGIN, 1, b"x").vkey))
    assert stranger.check("event", ledger().event(4))["code"] == FALSE


def test_without_a_policy_nothing_is_good(desk: Desk):
    (desk.home / "policy.txt").unlink()
    outcome = desk.check("event", ledger().event(4))
    assert outcome["code"] == UNUSABLE
    assert "trust" in told(outcome)


def noted(book: Ledger, note: bytes) -> Files:
    files = book.base({"kind": "event", "index": 4}, note)
    return files | book.proved(4, note)


def test_too_few_witnesses_are_no_quorum(desk: Desk):
    book = ledger()
    outcome = desk.check("event", noted(book, book.note(9, by=(ARCHIVES,))))
    assert outcome["code"] == FALSE
    assert "未达法定数" in told(outcome)
    stranger = Signer("stranger.example/witness", 4, b"stranger")
    assert desk.check("event", noted(book, book.note(9, by=(UPPER, stranger))))["code"] == FALSE
    assert desk.check("event", noted(book, book.note(9, by=(UPPER, UPPER))))["code"] == FALSE


def test_a_forged_cosignature_spoils_the_note(desk: Desk):
    book = ledger()
    forger = Signer(DISCIPLINE.name, 4, b"forger")
    raw = b64decode(forger.cosign(book.body(9), DAY).split(" ")[2])
    forged = DISCIPLINE.line(raw[4:])
    note = book.note(9, by=(UPPER, ARCHIVES)) + forged.encode()
    outcome = desk.check("event", noted(book, note))
    assert outcome["code"] == FALSE
    assert "签名不对" in told(outcome)


def test_signatures_of_unknown_keys_do_no_harm(desk: Desk):
    book = ledger()
    unknown = Signer("new.example/witness", 4, b"new").cosign(book.body(9), DAY)
    rotated = Signer(ORIGIN, 1, b"next key").sign(book.body(9))
    note = book.note(9) + (unknown + rotated).encode()
    assert desk.check("event", noted(book, note))["code"] == PROVED


def test_both_keys_are_believed_while_the_logs_key_changes(tmp_path):
    after = Signer(ORIGIN, 1, b"next key")
    both = desk_at(tmp_path, f"log {after.vkey}\n{POLICY}")
    for key in (LOG, after):
        assert both.check("event", Ledger(ledger().entries, key).event(4))["code"] == PROVED


def test_the_window_is_that_of_a_quorum_not_of_one_witness(desk: Desk):
    book = ledger()
    files = book.event(4) | book.noted(3, DAY) | book.noted(6, DAY + 7200)
    text = told(desk.check("event", files))
    # cosigned at 00:00 and 00:01, then at 02:00 and 02:01: two of them are the quorum
    assert "2025-11-22 00:00:00 之后，2025-11-22 02:01:00 之前入账" in text


def test_a_log_that_is_trusted_speaks_only_for_itself(tmp_path):
    other = Signer("other.example/log", 1, b"other")
    both = desk_at(tmp_path, f"log {other.vkey}\n{POLICY}")
    book = ledger()
    body = book.body(9)
    lines = [other.sign(body), UPPER.cosign(body, DAY), DISCIPLINE.cosign(body, DAY)]
    assert both.check("event", noted(book, f"{body}\n{''.join(lines)}".encode()))["code"] == FALSE


def test_the_best_of_two_cosignatures_of_one_witness_counts(desk: Desk):
    book = ledger()
    body = book.body(3)
    times = [(UPPER, 0), (UPPER, 900), (DISCIPLINE, 600), (DISCIPLINE, 300)]
    lines = [LOG.sign(body), *(one.cosign(body, DAY + at) for one, at in times)]
    further = {"notes/3": f"{body}\n{''.join(lines)}".encode()} | book.consistency(3)
    assert "2025-11-22 00:10:00 之后" in told(desk.check("event", book.event(4) | further))
    desk.forget()
    assert "2025-11-22 00:05:00 之前" in told(desk.check("event", book.event(2) | further))


def test_a_note_under_another_number_or_of_another_log_is_not_good(desk: Desk):
    book = ledger()
    wrong = {"notes/3": book.note(4)} | book.consistency(4) | book.consistency(3)
    assert desk.check("event", book.event(4) | wrong)["code"] == FALSE
    other = Signer("other.example/log", 1, b"other")
    (desk.home / "policy.txt").write_text(f"log {other.vkey}\n{POLICY}", "utf-8")
    foreign = {"notes/3": Ledger(book.entries, other).note(3)} | book.consistency(3)
    assert desk.check("event", book.event(4) | foreign)["code"] == FALSE
