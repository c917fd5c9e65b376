"""Whatever is wrong with a ZIP, it is refused in plain words and never called good."""

import zipfile
from pathlib import Path

import pytest

from tests.verify.desk import ITEM, PROVED, STREAMS, UNUSABLE, Desk, ledger, verdict
from tests.verify.hostile import flipped, hostile
from tests.verify.ledger import Files, Ledger, zipped
from verify import gongkai_verify

HOSTILE = dict(hostile())


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_zip_is_refused(desk: Desk, what: str):
    outcome = desk.run("event", desk.put("evil.zip", HOSTILE[what]))
    assert (outcome["code"], outcome["lines"]) == (UNUSABLE, [])


def test_stored_and_deflated_members_are_read_alike(desk: Desk):
    for stored in (True, False):
        path = desk.put("good.zip", zipped(ledger().event(4), stored=stored))
        assert desk.run("event", path)["code"] == PROVED


def test_a_changed_byte_of_a_zip_spoils_it_or_changes_nothing_in_it(desk: Desk):
    files = Ledger(ledger().entries[:2]).event(1)
    del files["README.zh.txt"]
    assert verdict("event", files) == PROVED
    for changed in flipped(zipped(files)):
        found = unzipped(desk.put("changed.zip", changed))
        assert found in (None, files) or verdict("event", found or {}) != PROVED


def unzipped(path: Path) -> Files | None:
    try:
        return gongkai_verify.unzip(path)
    except gongkai_verify.Unusable:
        return None


def test_a_folder_or_nothing_is_no_zip(desk: Desk):
    for place in (desk.folder, desk.folder / "nothing.zip"):
        assert desk.run("event", place)["code"] == UNUSABLE


def test_a_zip_of_another_kind_is_sent_to_its_own_command(desk: Desk):
    outcome = desk.check("history", ledger().event(4))
    assert outcome["code"] == UNUSABLE
    assert "event" in outcome["why"][0]


def test_any_kind_is_checked_when_no_command_is_given(desk: Desk):
    for files in (ledger().event(4), ledger().history(ITEM, STREAMS), ledger().stretch(2, 7)):
        path = desk.put("any.zip", zipped(files))
        assert gongkai_verify.main([str(path), "--home", str(desk.home)]) == PROVED
    assert (
        gongkai_verify.main([str(desk.folder / "nothing.zip"), "--home", str(desk.home)])
        == UNUSABLE
    )


def test_nothing_is_unpacked_to_disk(desk: Desk):
    desk.check("event", ledger().event(4))
    assert sorted(path.name for path in desk.folder.iterdir()) == ["evidence.zip", "home"]
    assert zipfile.is_zipfile(desk.folder / "evidence.zip")
