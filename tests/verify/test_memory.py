"""What the inspector remembers: rewriting, cutting off and showing two histories is found out."""

import json
from pathlib import Path

from tests.verify.desk import (
    FALSE,
    ITEM,
    PROVED,
    STREAMS,
    UNCOMPARED,
    UNUSABLE,
    Desk,
    ledger,
    story,
    told,
)
from tests.verify.ledger import Ledger, entry, write, zipped
from tests.verify.signers import ARCHIVES, DAY, LOG, ORIGIN, POLICY


def rewritten(size: int) -> Ledger:
    """The same log, another first entry: what a thief of all keys would show."""
    forged = [
        entry("agency-ag1", 1, "catalog.agency_registered.v1", {"name": "改写"}),
        *story()[1:],
    ]
    return Ledger([*forged, *ledger(filler=50).entries[9:]][:size])


def sizes(desk: Desk) -> list[int]:
    logs = json.loads((desk.home / "trusted.json").read_text("utf-8"))["logs"]
    return [one["size"] for log in logs.values() for one in log]


def test_what_was_accepted_is_remembered(desk: Desk):
    assert "第一次核验" in told(desk.check("event", ledger().event(4)))
    assert sizes(desk) == [9]
    assert "与您以前信任的存档点一致" in told(desk.check("event", ledger().event(5)))


def test_newer_evidence_with_its_proof_is_compared_and_remembered(desk: Desk):
    desk.check("event", ledger().event(4))
    newer = ledger(filler=20)
    outcome = desk.check("event", newer.event(4) | newer.consistency(9))
    assert outcome["code"] == PROVED
    assert "9 条 → 29 条" in told(outcome)
    assert sizes(desk) == [9, 29]


def test_newer_evidence_without_a_proof_is_not_compared_and_says_what_to_ask_for(
    desk: Desk, tmp_path: Path
):
    desk.check("event", ledger().event(4))
    newer = ledger(filler=20)
    outcome = desk.check("event", newer.event(4))
    assert (outcome["code"], outcome["verdict"]) == (UNCOMPARED, "未比对")
    assert "导出时填写 9" in told(outcome)
    assert sizes(desk) == [9]
    assert (
        desk.check("event", newer.event(4), "--log", newer.export(tmp_path / "dump"))["code"]
        == PROVED
    )


def test_older_evidence_is_compared_by_the_log(desk: Desk, tmp_path: Path):
    newer = ledger(filler=20)
    desk.check("event", newer.event(4))
    assert desk.check("event", ledger().event(4))["code"] == UNCOMPARED
    dump = newer.export(tmp_path / "dump")
    assert desk.check("event", ledger().event(4), "--log", dump)["code"] == PROVED
    assert desk.check("event", ledger().event(4))["code"] == PROVED


def test_older_evidence_of_a_rewritten_log_is_not_good(desk: Desk, tmp_path: Path):
    desk.check("event", ledger(filler=20).event(4))
    dump = rewritten(29).export(tmp_path / "dump")
    assert desk.check("event", rewritten(9).event(4), "--log", dump)["code"] == FALSE


def test_a_rewritten_log_signed_with_stolen_keys_is_found_out(desk: Desk, tmp_path: Path):
    desk.check("event", ledger().event(4))
    forged = rewritten(29)
    assert (
        Desk(desk.folder, desk.folder / "nobody").check("event", forged.event(4))["code"]
        == UNUSABLE
    )
    assert desk.check("event", forged.event(4) | forged.consistency(9))["code"] == FALSE
    assert (
        desk.check("event", forged.event(4), "--log", forged.export(tmp_path / "dump"))["code"]
        == FALSE
    )
    assert desk.run("dump", tmp_path / "dump")["code"] == FALSE
    assert sizes(desk) == [9]


def test_two_histories_of_one_size_leave_a_proof_for_everybody(desk: Desk):
    desk.check("event", ledger().event(4))
    outcome = desk.check("event", rewritten(9).event(4))
    assert outcome["code"] == FALSE
    proof = (desk.home / "split-view-9.txt").read_text("utf-8")
    assert ledger().note(9).decode() in proof
    assert rewritten(9).note(9).decode() in proof


def test_a_split_is_also_found_in_the_further_notes(desk: Desk):
    desk.check("event", ledger().event(4))
    forged = rewritten(29)
    assert desk.check("event", forged.event(4) | forged.noted(9, DAY))["code"] == FALSE
    assert (desk.home / "split-view-9.txt").exists()


def test_a_damaged_memory_is_not_taken_for_none(desk: Desk):
    for text in ("", "{", "[]", '{"logs": {"x": [{"size": "y"}]}}', '{"logs": 3}'):
        (desk.home / "trusted.json").write_text(text, "utf-8")
        assert desk.check("event", ledger().event(4))["code"] == UNUSABLE


def test_a_notice_on_the_wall_is_held_against_the_live_log(desk: Desk, tmp_path: Path):
    notice = ledger().note(9, DAY + 86_000).decode()
    dump = ledger(filler=300).export(tmp_path / "dump")
    outcome = desk.run("anchor", notice, dump)
    assert outcome["code"] == PROVED
    assert "见证日期：2025-11-22（北京时间）" in outcome["lines"]
    assert sizes(desk) == [9, 309]
    pasted = desk.put("notice.txt", b"\xef\xbb\xbf" + notice.replace("\n", "\r\n").encode())
    assert desk.run("anchor", pasted)["code"] == PROVED


def test_a_log_that_no_longer_begins_with_the_notice_is_found_out(desk: Desk, tmp_path: Path):
    notice = ledger(filler=20).note(29, DAY).decode()
    assert desk.run("anchor", notice, rewritten(40).export(tmp_path / "a"))["code"] == FALSE
    outcome = desk.run("anchor", notice, ledger().export(tmp_path / "b"))
    assert outcome["code"] == FALSE
    assert "截短" in told(outcome)


def test_a_notice_without_a_quorum_is_not_good(desk: Desk):
    assert desk.run("anchor", ledger().note(9, by=(ARCHIVES,)).decode())["code"] == FALSE


def test_two_inspectors_compare_what_they_were_shown(desk: Desk, tmp_path: Path):
    mine = desk.put("a.txt", ledger().note(9))
    newer = ledger(filler=20)
    assert desk.run("compare", mine, mine)["code"] == PROVED
    assert desk.run("compare", mine, desk.put("c.txt", newer.note(29)))["code"] == UNCOMPARED
    bundle = desk.put("c.zip", zipped(newer.history(ITEM, STREAMS) | newer.consistency(9)))
    assert desk.run("compare", bundle, mine)["code"] == PROVED
    dump = newer.export(tmp_path / "dump")
    assert desk.run("compare", mine, tmp_path / "c.txt", "--log", dump)["code"] == PROVED
    assert desk.run("compare", desk.put("d.txt", rewritten(9).note(9)), bundle)["code"] == FALSE
    split = desk.run("compare", mine, desk.put("e.txt", rewritten(9).note(9, by=())))
    assert split["code"] == FALSE
    assert "分叉" in told(split)


def test_a_policy_is_shown_kept_and_not_exchanged_silently(desk: Desk):
    (desk.home / "policy.txt").unlink()
    outcome = desk.run("trust", POLICY)
    assert outcome["code"] == PROVED
    assert "分组 见证：3 个中至少 2 个（上级、纪检、档案馆）" in outcome["lines"]
    assert desk.check("event", ledger().event(4))["code"] == PROVED
    other = POLICY.replace("quorum 见证", "quorum none")
    assert desk.run("trust", other)["code"] == UNUSABLE
    assert desk.run("trust", other, "--replace")["code"] == PROVED


def test_policies_that_can_be_misread_are_refused(desk: Desk):
    lines = POLICY.splitlines()
    wrong = [
        "", "quorum none\n", POLICY + "quorum none\n", POLICY.replace("quorum 见证", "quorum 无名"),
        POLICY.replace("group 见证 2", "group 见证 4"), POLICY.replace("group 见证 2", "group 见证 0"),
        POLICY.replace("2 上级 纪检", "2 上级 上级"), POLICY.replace("group 见证", "group none"),
        POLICY + lines[1] + "\n", POLICY + lines[2].replace("上级", "又一") + "\n", POLICY + "\x0b",
        POLICY.replace(lines[1], lines[2].replace("witness 上级", "log")), POLICY.replace("log ", "日志 "),
        POLICY.replace(lines[1][-6:], "AAAAA="), POLICY.replace("2 上级", "02 上级"),
        POLICY.replace(LOG.id.hex(), "00000000"), POLICY.replace(f"{ORIGIN}+", f"{ORIGIN}2+"),
    ]  # fmt: skip
    for policy in wrong:
        assert (
            desk.run("trust", desk.put("p.txt", policy.encode()), "--replace")["code"] == UNUSABLE
        ), policy


def test_a_folder_of_memory_that_cannot_be_written_is_said(desk: Desk):
    write(desk.folder / "file", b"")
    blocked = Desk(desk.folder, desk.folder / "file")
    policy = desk.home / "policy.txt"
    assert blocked.check("event", ledger().event(4), "--policy", policy)["code"] == UNUSABLE
