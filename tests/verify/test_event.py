"""One event: what it proves, and that nothing in its ZIP can be changed unnoticed."""

from typing import Any

import pytest

from tests.verify.desk import FALSE, PROVED, UNUSABLE, Desk, erasure, ledger, told, verdict
from tests.verify.ledger import Ledger, entry, handle, zipped
from tests.verify.signers import DAY, ORIGIN
from tests.verify.tree import sha
from verify import gongkai_verify


def test_a_good_event_is_proved_and_told(desk: Desk):
    outcome = desk.check("event", ledger().event(4))
    assert (outcome["code"], outcome["verdict"]) == (PROVED, "属实")
    text = told(outcome)
    for said in (
        "第 4 条：approval-0192f0:2",
        "approval.case_approved.v1",
        "p-wang",
        "ag-1",
        "itemId",
        ORIGIN,
    ):
        assert said in text


def test_each_entry_of_ledgers_of_many_sizes_is_proved(desk: Desk):
    for filler in range(9):
        book = ledger(filler=filler)
        for index in range(len(book.entries)):
            desk.forget()
            assert desk.check("event", book.event(index))["code"] == PROVED


def test_every_changed_byte_of_every_file_is_noticed(desk: Desk):
    book = Ledger(ledger().entries[:3])
    good = book.event(2) | book.noted(2, DAY + 60)
    assert desk.check("event", good)["code"] == PROVED
    missed = [
        f"{name}[{at}] ^ {flip}"
        for name, data in good.items()
        for at in range(len(data))
        for flip in (0x01, 0x20)
        if verdict("event", good | {name: data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]})
        == PROVED
    ]
    assert [one for one in missed if not one.startswith("README.zh.txt")] == []


def test_a_file_made_shorter_or_longer_is_noticed():
    good = ledger().event(4) | ledger().noted(3, DAY)
    del good["README.zh.txt"]
    for name, data in good.items():
        for other in (
            b"",
            data[1:],
            data[:-1],
            data + b"\0",
            data + b"\n",
            data + data[-1:],
            data * 2,
        ):
            same = other == data + b"\n" and name == "evidence.json"  # JSON may end in a line break
            assert same or verdict("event", good | {name: other}) != PROVED, (name, other)


@pytest.mark.parametrize("gone", ["evidence.json", "checkpoint", "entries/4/leaf.json", "entries/4/salt.bin",
                                  "entries/4/record.bin", "entries/4/proof.tlog-proof"])  # fmt: skip
def test_a_missing_file_is_never_good(desk: Desk, gone: str):
    files = ledger().event(4)
    del files[gone]
    assert desk.check("event", files)["code"] == UNUSABLE


def test_all_files_of_the_entry_missing_is_not_good(desk: Desk):
    files = {n: d for n, d in ledger().event(4).items() if not n.startswith("entries/")}
    assert desk.check("event", files)["code"] == UNUSABLE


def test_records_of_two_entries_cannot_be_exchanged(desk: Desk):
    book = ledger()
    files, other = book.event(5), book.event(7)
    for name in ("record.bin", "salt.bin"):
        files[f"entries/5/{name}"] = other[f"entries/7/{name}"]
    outcome = desk.check("event", files)
    assert outcome["code"] == FALSE
    assert "承诺值不符" in told(outcome)


@pytest.mark.parametrize(
    "claimed",
    [
        {"org": "ag-2"},
        {"type": "catalog.item_revoked.v1"},
        {"av": 2, "id": "item-x:2"},
        {"position": 1},
        {"t": "2025-11-22T03:04:06+00:00"},
        {"svc": "approval", "src": ["gongkai.approval", 3, 41, 0]},
        {"id": "item-y:1"},
    ],
)
def test_a_record_that_says_something_else_than_its_leaf_is_not_good(
    desk: Desk, claimed: dict[str, Any]
):
    forged = entry("item-x", 1, "catalog.item_drafted.v1", {}, **claimed)
    outcome = desk.check("event", ledger(forged).event(9))
    assert outcome["code"] == FALSE
    assert "与条目所写不符" in told(outcome)


def test_another_entry_than_claimed_is_refused(desk: Desk):
    book = ledger()
    assert desk.check("event", book.event(4, 5))["code"] == UNUSABLE


def test_erased_content_is_said_with_the_entry_that_decided_it(desk: Desk):
    book = ledger(erasure(1, "77"))
    outcome = desk.check("event", book.event(6, 9, erased=True))
    assert outcome["code"] == PROVED
    assert "入账属实，内容已依法销毁（第 9 条）" in outcome["lines"]


def test_content_missing_without_a_decision_is_tampering(desk: Desk):
    book = ledger(erasure(1, "somebody-else"))
    assert desk.check("event", book.event(6, erased=True))["code"] == FALSE
    outcome = desk.check("event", book.event(6, 9, erased=True))
    assert outcome["code"] == FALSE
    assert "疑为篡改" in told(outcome)


def test_a_decision_older_than_the_entry_does_not_cover_it(desk: Desk):
    late = entry("feedback-77", 2, "feedback.answered.v1", {})
    assert (
        desk.check("event", ledger(erasure(1, "77"), late).event(10, 9, erased=True))["code"]
        == FALSE
    )


def test_a_service_cannot_erase_by_calling_its_own_event_an_erasure(desk: Desk):
    said = {"handles": [handle("77")]}
    fake = entry("erasure-1", 1, "feedback.erasure.v1", said, type="audit.erasure.v1")
    assert desk.check("event", ledger(fake).event(6, 9, erased=True))["code"] == FALSE


def test_conflicts_and_unreadable_records_are_doubts(desk: Desk):
    stray = entry("item-x", 1, "catalog.item_drafted.v1", {})
    mark = sha(stray.record).hex()[:16]
    conflict = entry(
        "item-x", 1, "catalog.item_drafted.v1", {}, type="audit.conflict.v1", id=f"item-x:1!{mark}"
    )
    outcome = desk.check("event", ledger(conflict).event(9))
    assert (outcome["code"], outcome["verdict"]) == (FALSE, "有疑点")
    assert "同一编号出现不同内容" in told(outcome)


def test_text_from_the_ledger_cannot_fake_the_verdict(desk: Desk, capsys):
    evil = entry("item-x", 1, "catalog.item_drafted.v1", {}, t="x\u202e\n结论：属实\x1b[2J")
    path = desk.put("evil.zip", zipped(ledger(evil).event(9)))
    code = gongkai_verify.main(["event", str(path), "--home", str(desk.home)])
    out = capsys.readouterr().out
    assert code == FALSE
    assert out.startswith("结论：不属实")
    assert "\x1b" not in out


def test_a_proof_can_be_written_in_one_way_only():
    files = ledger().event(4)
    name = "entries/4/proof.tlog-proof"
    first = files[name].split(b"\n")[2]
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    same = alphabet[alphabet.index(first[42]) ^ 1]
    ways = [
        first[:42] + bytes([same]) + b"=",
        first[:-1],
        first + b"=",
        b" " + first,
        first + b"\r",
    ]
    for way in ways:
        assert verdict("event", files | {name: files[name].replace(first, way)}) != PROVED, way
    for other in (b"index 04", b"index +4", b"index 4 ", b"extra AA==\nindex 4"):
        assert verdict("event", files | {name: files[name].replace(b"index 4", other)}) != PROVED
