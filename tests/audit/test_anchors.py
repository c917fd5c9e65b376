"""Each day's last witnessed note stays: as a file, on a page, and as a notice to hang up."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest

from services.audit.publishing import anchors
from services.audit.publishing.export import Export
from services.audit.publishing.notice import grouped
from shared.workdays import CHINA
from tests.audit.parties import Parties, parties
from tests.audit.published import published, verifier
from tests.audit.records import message
from tests.audit.story import BUREAU, story
from tests.kernel import Running
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


def at(day: int, hour: int) -> datetime:
    """In March 2026, Beijing time."""
    return datetime(2026, 3, day, hour, tzinfo=CHINA)


async def made(service: Running, now: datetime) -> list[date]:
    async with service.runtime.worker_pool.acquire() as db:
        return list(await anchors.make(db, now))


MORE = [message("catalog.item-revised.v1", f"item-{n}", 1, {}, agency=BUREAU) for n in range(40)]


async def test_the_last_note_of_each_day_that_is_over_is_kept(
    audit: Running, known: Parties
) -> None:
    known.moment = at(8, 9)
    await published(audit, known, story())
    await published(audit, known, MORE[:5])
    monday = known.note()
    known.moment = at(9, 9)
    known.away = {"upper"}
    await published(audit, known, MORE[:20])
    known.away = set()
    await published(audit, known, MORE)
    tuesday = known.note()
    just_after = at(10, 0) + timedelta(minutes=1)
    assert await made(audit, just_after) == [date(2026, 3, 8)]
    assert await made(audit, just_after + timedelta(minutes=5)) == [date(2026, 3, 9)]
    assert await made(audit, just_after + timedelta(days=1)) == []
    rows = await audit.sql("SELECT note FROM ledger_anchor ORDER BY day")
    assert [bytes(row["note"]) for row in rows] == [monday, tuesday]


async def test_the_notice_can_be_printed_and_the_note_checked(
    audit: Running, known: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "policy.txt").write_text(known.policy_text)
    monkeypatch.setenv("GONGKAI_AUDIT_WITNESSES", str(tmp_path / "policy.txt"))
    known.moment = at(9, 9)
    await published(audit, known, story())
    assert await made(audit, at(10, 12)) == [date(2026, 3, 9)]
    anybody = audit.browser()
    page = (await anybody.get("/audit/log/anchors/")).text
    assert "2026年3月9日" in page
    assert "/audit/log/anchors/2026-03-09.pdf" in page
    text = await anybody.get("/audit/log/anchors/2026-03-09.txt")
    assert text.content == known.note()
    (tmp_path / "note.txt").write_bytes(text.content)
    code, said = await verifier(tmp_path, known, "anchor", str(tmp_path / "note.txt"))
    assert code in (0, 3), said

    printed = (await anybody.get("/audit/log/anchors/2026-03-09.pdf")).content
    document = pypdfium2.PdfDocument(printed)
    assert len(document) == 1
    shown = document[0].get_textpage().get_text_range()
    root = checkpoint_of(parse_note(known.note())).root
    assert "审计日志封存公告" in shown
    assert grouped(root) in shown
    assert "临江市司法局" in shown
    assert (await anybody.get("/audit/log/anchors/2026-03-08.txt")).status_code == 404
    assert (await anybody.get("/audit/log/policy.txt")).text == known.policy_text


async def test_a_day_is_exported_between_its_anchors_and_proved(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    for day, messages in ((8, story()), (9, MORE[:30]), (10, MORE)):
        known.moment = at(day, 23)
        await published(audit, known, messages)
    await made(audit, at(11, 12))
    inspector = audit.browser("p-inspector")
    answer = await inspector.post(
        "/audit/evidence/days", data={"day": "2026-03-09", "records": "true"}
    )
    assert answer.status_code == 200, answer.text
    (tmp_path / "day.zip").write_bytes(answer.content)
    for _ in range(2):
        code, said = await verifier(tmp_path, known, "day", str(tmp_path / "day.zip"))
    assert code == 0, said
    answer = await inspector.post("/audit/evidence/days", data={"day": "2026-03-11"})
    assert (answer.status_code, "还没有封存公告" in answer.text) == (404, True)


async def test_anchors_lie_beside_the_exported_log(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    known.moment = at(9, 9)
    await published(audit, known, story())
    export = Export(tmp_path / "log")
    async with audit.runtime.worker_pool.acquire() as db:
        for day in await anchors.make(db, at(10, 12)):
            await anchors.shown(db, export, day, known.policy, b"", "https://x/audit/log")
    assert (tmp_path / "log/anchors/2026-03-09.txt").read_bytes() == known.note()
    assert (tmp_path / "log/anchors/2026-03-09.pdf").read_bytes().startswith(b"%PDF")
