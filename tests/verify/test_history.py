"""The whole history of an item: nothing missing between its beginning and its last version."""

from tests.verify.desk import (
    FALSE,
    ITEM,
    PROVED,
    STREAMS,
    UNUSABLE,
    Desk,
    erasure,
    ledger,
    told,
)
from tests.verify.ledger import Files, entry


def without(files: Files, index: int) -> Files:
    return {n: d for n, d in files.items() if not n.startswith(f"entries/{index}/")}


def test_a_whole_history_is_proved_and_told_in_order(desk: Desk):
    outcome = desk.check("history", ledger().history(ITEM, STREAMS))
    assert outcome["code"] == PROVED
    steps = [line for line in outcome["lines"] if "办理人" in line]
    assert [line.split()[1] for line in steps] == ["1", "2", "4", "5", "6", "7"]
    assert f"item-{ITEM}：第 1 至 3 版，无缺号" in outcome["lines"]


def test_a_step_left_out_of_the_middle_is_noticed(desk: Desk):
    outcome = desk.check("history", without(ledger().history(ITEM, STREAMS), 5))
    assert outcome["code"] == FALSE
    assert "版次不全" in told(outcome)


def test_a_history_cut_off_at_its_end_is_noticed(desk: Desk):
    assert desk.check("history", without(ledger().history(ITEM, STREAMS), 7))["code"] == FALSE


def test_a_cut_that_also_changes_the_claim_is_noticed_against_the_log(desk: Desk, tmp_path):
    book = ledger()
    cut = without(book.history(ITEM, STREAMS), 7)
    cut["evidence.json"] = book.history(ITEM, {**STREAMS, f"item-{ITEM}": 2})["evidence.json"]
    alone = desk.check("history", cut)
    assert "未与全量台账比对" in told(alone)
    outcome = desk.check("history", cut, "--log", book.export(tmp_path / "dump"))
    assert outcome["code"] == FALSE
    assert "漏掉了第 7 条" in told(outcome)


def test_a_stream_left_out_is_noticed_against_the_log(desk: Desk, tmp_path):
    book = ledger()
    fewer = {stream: last for stream, last in STREAMS.items() if "approval" not in stream}
    outcome = desk.check(
        "history", book.history(ITEM, fewer), "--log", book.export(tmp_path / "dump")
    )
    assert outcome["code"] == FALSE
    assert "属于同一对象" in told(outcome)


def test_a_whole_history_agrees_with_the_log_and_later_steps_are_counted(desk: Desk, tmp_path):
    files = ledger().history(ITEM, STREAMS)
    later = ledger(entry(f"item-{ITEM}", 4, "catalog.item_reopened.v1", {}))
    outcome = desk.check("history", files, "--log", later.export(tmp_path / "dump"))
    assert outcome["code"] == PROVED
    assert "证据包之后又有 1 条" in told(outcome)


def test_a_history_of_another_log_does_not_agree_with_this_one(desk: Desk, tmp_path):
    changed = ledger()
    changed.entries[0] = entry("agency-ag1", 1, "catalog.agency_registered.v1", {"name": "改"})
    dump = changed.export(tmp_path / "dump")
    assert desk.check("history", ledger().history(ITEM, STREAMS), "--log", dump)["code"] == FALSE


def test_streams_that_do_not_name_the_item_are_refused(desk: Desk):
    outcome = desk.check("history", ledger().history(ITEM, {**STREAMS, "item-other": 2}))
    assert outcome["code"] == FALSE
    assert "无关" in told(outcome)


def test_entries_of_no_claimed_stream_are_refused(desk: Desk):
    book = ledger()
    assert (
        desk.check("history", book.with_entries(book.history(ITEM, STREAMS), 0))["code"] == UNUSABLE
    )


def test_no_stream_no_entry_is_no_history(desk: Desk):
    book = ledger()
    assert desk.check("history", book.history(ITEM, {}))["code"] == UNUSABLE
    assert desk.check("history", book.history(ITEM, {"item-nothing": 0}))["code"] == FALSE
    assert desk.check("history", book.history(ITEM, {"item-nothing": 1}))["code"] == FALSE


def test_versions_taken_in_out_of_order_are_a_doubt(desk: Desk):
    book = ledger()
    book.entries[5], book.entries[7] = book.entries[7], book.entries[5]
    outcome = desk.check("history", book.history(ITEM, STREAMS))
    assert outcome["code"] == FALSE
    assert "版次先后与入账先后不一致" in told(outcome)


def test_an_erased_opinion_keeps_its_place_in_the_history(desk: Desk):
    book = ledger(erasure(1, "77"))
    files = book.with_entries(book.history(ITEM, STREAMS), 9)
    for name in ("record.bin", "salt.bin"):
        del files[f"entries/6/{name}"]
    outcome = desk.check("history", files)
    assert outcome["code"] == PROVED
    assert "内容已依法销毁（第 9 条）" in told(outcome)
