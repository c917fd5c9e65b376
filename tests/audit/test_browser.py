"""The inspector's pages of the ledger in a real browser: axe finds nothing, and the keyboard is enough."""

import zipfile
from pathlib import Path

import pytest

from services.audit.publishing import anchors
from shared.ids import new_id
from tests.audit.parties import Parties, parties
from tests.audit.published import published
from tests.audit.story import ITEM, story
from tests.audit.test_anchors import at
from tests.kernel import ORIGIN, Running
from tests.looking import browsing, look

pytestmark = pytest.mark.browser


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parties:
    made = parties(tmp_path)
    (tmp_path / "policy.txt").write_text(made.policy_text)
    monkeypatch.setenv("GONGKAI_AUDIT_WITNESSES", str(tmp_path / "policy.txt"))
    return made


async def told(audit: Running, known: Parties) -> None:
    """A day that is over, a witness that is away, an erasure that waits."""
    known.moment = at(9, 9)
    await published(audit, known, story()[:5])
    async with audit.runtime.worker_pool.acquire() as db:
        await anchors.make(db, at(10, 12))
    known.moment = None
    known.away = {"upper"}
    await published(audit, known, story())
    form = {"id": new_id(), "subject": "f1", "basis": "PIPL_47_3", "reason": "本人申请删除"}
    await audit.browser("p-inspector").post("/audit/erasures", data=form)


async def test_axe_finds_nothing_and_nothing_overflows(
    audit: Running, known: Parties, chromium: str
) -> None:
    await told(audit, known)
    async with browsing(audit, chromium, "p-inspector") as page:
        for name in (
            "checkpoints",
            "erasures",
            "entries/3",
            "entries/9",
            "events",
            "verifications",
        ):
            await look(page, f"/audit/{name}", f"ledger-{name.replace('/', '-')}")
        await look(page, f"/audit/items/{ITEM}", "ledger-item")
        await look(page, "/audit/log/anchors/", "ledger-anchors")


async def test_evidence_is_taken_with_the_keyboard_alone(
    audit: Running, known: Parties, chromium: str, tmp_path: Path
) -> None:
    await published(audit, known, story())
    async with browsing(audit, chromium, "p-inspector") as page:
        await page.goto(f"{ORIGIN}/audit/items/{ITEM}")
        await page.get_by_role("button", name="导出证据").focus()
        async with page.expect_download() as taken:
            await page.keyboard.press("Enter")
        file = await taken.value
        assert file.suggested_filename == f"gongkai-item-{ITEM}.zip"
        await file.save_as(tmp_path / "taken.zip")
    assert zipfile.is_zipfile(tmp_path / "taken.zip")
