"""The inspector's way, by pages only: what is sealed and witnessed, one entry, evidence by a button."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.audit.publishing import anchors
from tests.audit.parties import Parties, parties
from tests.audit.published import published
from tests.audit.story import ITEM, story
from tests.audit.test_anchors import at
from tests.kernel import Running


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parties:
    made = parties(tmp_path)
    (tmp_path / "policy.txt").write_text(made.policy_text)
    monkeypatch.setenv("GONGKAI_AUDIT_WITNESSES", str(tmp_path / "policy.txt"))
    return made


async def page(service: Running, path: str) -> str:
    answer = await service.browser("p-inspector").get(path)
    assert answer.status_code == 200, answer.text
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    return answer.text


async def test_an_inspector_sees_who_witnessed_what(audit: Running, known: Parties) -> None:
    assert "还没有见证方应答过" in await page(audit, "/audit/checkpoints")
    known.moment = at(9, 9)
    await published(audit, known, story())
    async with audit.runtime.worker_pool.acquire() as db:
        await anchors.make(db, at(10, 12))
    shown = await page(audit, "/audit/checkpoints")
    assert "已达法定数" in shown
    assert "没有达到见证法定数" not in shown
    assert "/audit/log/anchors/2026-03-09.pdf" in shown
    known.away = {"upper"}
    await published(audit, known, [])
    await audit.sql(
        "UPDATE ledger_published SET quorum = false, unwitnessed_since = now() - interval '7 min'"
    )
    assert "已有 7 分钟没有达到见证法定数" in await page(audit, "/audit/checkpoints")


async def test_an_entry_shows_its_leaf_its_record_and_when_it_was_witnessed(
    audit: Running, known: Parties
) -> None:
    known.moment = at(9, 9)
    await published(audit, known, story()[:4])
    known.moment = at(9, 9) + timedelta(hours=2)
    await published(audit, known, story())
    shown = await page(audit, f"/audit/entries/publication-{ITEM}:1")
    assert "晚于 2026年3月9日 09:00，不晚于 2026年3月9日 11:00" in shown
    assert "/audit/evidence/events/5" in shown
    assert "manifestHash" in shown
    assert "台账自身" in await page(audit, "/audit/entries/0")
    for unknown in ("999", "nobody:1", "9" * 30):
        answer = await audit.browser("p-inspector").get(f"/audit/entries/{unknown}")
        assert answer.status_code == 404
    assert (await audit.browser("p-elsewhere").get("/audit/entries/5")).status_code == 404


async def test_from_an_item_to_its_evidence_is_one_button(audit: Running, known: Parties) -> None:
    await published(audit, known, story())
    shown = await page(audit, f"/audit/items/{ITEM}")
    assert f'action="/audit/evidence/items/{ITEM}"' in shown
    assert "导出证据" in shown
    answer = await audit.browser("p-inspector").post(f"/audit/evidence/items/{ITEM}")
    assert answer.content.startswith(b"PK")
    assert f"gongkai-item-{ITEM}.zip" in answer.headers["content-disposition"]


async def test_opening_a_timeline_is_recorded_with_who_and_what(
    audit: Running, known: Parties
) -> None:
    await published(audit, known, story())
    await page(audit, f"/audit/items/{ITEM}")
    [sent] = await audit.sent()
    assert (sent.type, sent.actor, sent.data) == (
        "audit.access.v1",
        "p-inspector",
        {"by": "p-inspector", "way": "TIMELINE", "about": ITEM, "entries": 9},
    )


async def test_entries_are_searched_by_person_and_item(audit: Running, known: Parties) -> None:
    await published(audit, known, story())
    shown = await page(audit, "/audit/events?actor=p-zhou")
    assert 'href="/audit/entries/4"' in shown
    assert 'href="/audit/entries/3"' not in shown
