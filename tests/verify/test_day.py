"""A stretch of entries and a whole day: complete, because it lies between two witnessed notes."""

import pytest

from tests.verify.desk import (
    FALSE,
    PROVED,
    UNCOMPARED,
    UNUSABLE,
    Desk,
    desk_at,
    erasure,
    ledger,
    told,
    verdict,
)
from tests.verify.ledger import Files, Ledger, entry
from tests.verify.signers import DAY, LOG

TODAY = "2025-11-22"


def day(book: Ledger, first: int, end: int) -> Files:
    """The day, shown by a note of the evening before and one of this evening."""
    files = book.stretch(first, end, day=TODAY)
    files |= book.noted(first, DAY - 300) if first else {}
    return files | book.noted(end, DAY + 86_000)


def test_every_stretch_of_a_small_ledger_is_proved(desk: Desk):
    book = ledger(filler=4)
    for first in range(13):
        for end in range(first + 1, 14):
            desk.forget()
            assert desk.check("range", book.stretch(first, end))["code"] == PROVED


@pytest.mark.parametrize("end", [3, 4])
def test_every_changed_byte_of_a_stretch_is_noticed(end: int):
    good = Ledger(ledger().entries[:4]).stretch(1, end)
    assert verdict("range", good) == PROVED
    parts = {name: good[name] for name in ("edge", "leaves.bin", "records.bin", "evidence.json")}
    missed = [
        (name, at)
        for name, data in parts.items()
        for at in range(len(data))
        if verdict("range", good | {name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]})
        == PROVED
    ]
    assert missed == []


@pytest.mark.parametrize("name", ["edge", "leaves.bin", "records.bin"])
def test_a_stretch_made_shorter_or_longer_is_noticed(name: str):
    for first, end in ((0, 4), (1, 3), (2, 4)):
        good = Ledger(ledger().entries[:4]).stretch(first, end)
        data = good[name]
        others = {
            b"",
            data[1:],
            data[:-1],
            data + b"\0",
            data + b"\0\0",
            data + bytes(4),
            data * 2,
        } - {data}
        assert [other for other in others if verdict("range", good | {name: other}) == PROVED] == []


def test_an_entry_left_out_added_or_moved_is_noticed(desk: Desk):
    book = ledger()
    good = book.stretch(2, 7)
    fewer, more, moved = ledger(), ledger(), ledger()
    del fewer.entries[4]
    more.entries.insert(4, entry("item-new", 1, "catalog.item_drafted.v1", {}))
    moved.entries[3], moved.entries[4] = moved.entries[4], moved.entries[3]
    for other, end in ((fewer, 6), (more, 8), (moved, 7)):
        forged = other.stretch(2, end)
        files = good | {name: forged[name] for name in ("leaves.bin", "records.bin")}
        assert desk.check("range", files)["code"] == FALSE


def test_a_day_is_all_entries_between_two_evenings(desk: Desk):
    outcome = desk.check("day", day(ledger(), 2, 7))
    assert outcome["code"] == PROVED
    assert "第 2 至 6 条，共 5 条，连续无缺" in outcome["lines"]
    assert "自 2025-11-21 23:56:00 至 2025-11-22 23:54:20，全部条目均在此" in outcome["lines"]


def test_a_day_that_ends_at_noon_is_not_proved_to_its_end(desk: Desk):
    files = (
        ledger().stretch(2, 7, day=TODAY)
        | ledger().noted(2, DAY - 300)
        | ledger().noted(7, DAY + 43_200)
    )
    outcome = desk.check("day", files)
    assert outcome["code"] == UNCOMPARED
    assert "只到当日 12:01:00" in told(outcome)


def test_the_first_day_begins_with_the_ledger(desk: Desk):
    outcome = desk.check("day", day(ledger(), 0, 7))
    assert outcome["code"] == PROVED
    assert "台账开始" in told(outcome)


def test_a_day_that_begins_or_ends_on_another_day_is_not_that_day(desk: Desk):
    book = ledger()
    for first, end in (
        (DAY + 300, DAY + 86_000),
        (DAY - 300, DAY + 90_000),
        (DAY - 300, DAY - 200),
    ):
        files = book.stretch(2, 7, day=TODAY) | book.noted(2, first) | book.noted(7, end)
        assert desk.check("day", files)["code"] == FALSE


def test_a_day_without_the_notes_at_its_ends_is_not_proved(desk: Desk):
    good = day(ledger(), 2, 7)
    for gone in ("notes/2", "notes/7", "consistency/2", "consistency/7"):
        assert desk.check("day", {n: d for n, d in good.items() if n != gone})["code"] == UNUSABLE


def test_a_day_nobody_witnessed_is_only_what_the_platform_says(tmp_path):
    alone = desk_at(tmp_path, f"log {LOG.vkey}\nquorum none\n")
    outcome = alone.check("day", day(ledger(), 2, 7))
    assert (outcome["code"], outcome["verdict"]) == (UNCOMPARED, "未比对")


def test_erased_content_of_a_day_needs_its_decision(desk: Desk):
    book = ledger(erasure(1, "77"))
    files = day(book, 2, 7)
    sealed = [one.salt + one.record for one in book.entries[2:7]]
    sealed[4] = b""
    files["records.bin"] = b"".join(len(part).to_bytes(4, "big") + part for part in sealed)
    assert desk.check("day", files)["code"] == FALSE
    outcome = desk.check("day", book.with_entries(files, 9))
    assert outcome["code"] == PROVED
    assert "原始消息与承诺值相符：4 条；内容已依法销毁：1 条" in outcome["lines"]


def test_without_contents_only_the_entries_are_proved(desk: Desk):
    files = day(ledger(), 2, 7)
    del files["records.bin"]
    outcome = desk.check("day", files)
    assert outcome["code"] == PROVED
    assert "未附原始消息：只核验了条目" in outcome["lines"]


def test_nonsense_ends_are_refused(desk: Desk):
    book = ledger()
    for first, end in ((3, 3), (5, 2), (0, 99), (-1, 4)):
        files = book.stretch(2, 7)
        files["evidence.json"] = book.base({"kind": "range", "first": first, "end": end})[
            "evidence.json"
        ]
        assert desk.check("range", files)["code"] == UNUSABLE
