"""Row 12: clocks that are wrong by a day, on any host of ours. When something was taken in, witnesses say."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.audit.parties import Parties, parties
from tests.audit.published import published, verifier
from tests.audit.records import message
from tests.audit.story import BUREAU
from tests.audit.test_anchors import at
from tests.kernel import Running


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@pytest.mark.parametrize("wrong", [timedelta(days=-1), timedelta(days=1)], ids=["slow", "fast"])
async def test_a_backdated_event_is_seen_in_the_window_of_the_witnesses(
    audit: Running, known: Parties, tmp_path: Path, wrong: timedelta
) -> None:
    honest = message("catalog.item-revised.v1", "item-1", 1, {}, agency=BUREAU, at=at(9, 8))
    claimed = at(9, 10) + wrong
    dated = message("catalog.item-revised.v1", "item-2", 1, {}, agency=BUREAU, at=claimed)
    known.moment = at(9, 9)
    await published(audit, known, [honest])
    known.moment = at(9, 11)
    await published(audit, known, [honest, dated])
    inspector = audit.browser("p-inspector")
    page = (await inspector.get("/audit/entries/item-2:1")).text
    assert f"{claimed:%Y}年3月{claimed.day}日 10:00" in page, (
        "a plain look believes what is written"
    )
    assert "晚于 2026年3月9日 09:00，不晚于 2026年3月9日 11:00" in page
    answer = await inspector.post("/audit/evidence/events/item-2:1")
    (tmp_path / "e.zip").write_bytes(answer.content)
    for _ in range(2):
        _, said = await verifier(tmp_path, known, "event", str(tmp_path / "e.zip"))
    assert "2026-03-09 09:00" in said or "2026年3月9日" in said, said


async def test_a_checkpoint_holds_no_clock_of_ours(audit: Running, known: Parties) -> None:
    known.moment = at(9, 9)
    await published(audit, known, [message("catalog.item-revised.v1", "item-1", 1, {})])
    text = known.note().partition(b"\n\n")[0].decode()
    assert len(text.split("\n")) == 3
    [row] = await audit.sql("SELECT seen_from, seen_until FROM ledger_note")
    assert row["seen_from"] == row["seen_until"] == at(9, 9)
