"""Evidence is what the offline verifier, which shares no line with the platform, finds true."""

import zipfile
from pathlib import Path

import asyncpg
import pytest

from tests.audit.parties import Parties, parties
from tests.audit.published import published, store_of, verifier
from tests.audit.records import message
from tests.audit.story import BUREAU, ITEM, OTHER, story
from tests.kernel import Running

MORE = [
    message("catalog.item-revised.v1", f"item-{n}", v, {"itemId": str(n)}, agency=BUREAU)
    for v in (1, 2)
    for n in range(150)
]


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


async def taken(service: Running, folder: Path, path: str, **form: object) -> Path:
    """Press the button; the file that is downloaded."""
    data = {name: str(value) for name, value in form.items()}
    answer = await service.browser("p-inspector").post(f"/audit/evidence/{path}", data=data)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    file = folder / "evidence.zip"
    file.write_bytes(answer.content)
    return file


async def test_one_event_is_proved_with_its_record(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    await published(audit, known, MORE)
    file = await taken(audit, tmp_path, f"events/review-{ITEM}:2")
    code, said = await verifier(tmp_path, known, "event", str(file))
    assert code in (0, 3), said
    assert "批准" in said or "approval.item-approved.v1" in said, said
    code, said = await verifier(tmp_path, known, "event", str(file))
    assert code == 0, said


async def test_the_whole_history_of_an_item_is_proved(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    await published(audit, known, MORE)
    file = await taken(audit, tmp_path, f"items/{ITEM}", since=10)
    names = zipfile.ZipFile(file).namelist()
    assert names == sorted(names)
    assert {"consistency/10", "notes/10"} <= set(names)
    await verifier(tmp_path, known, "history", str(file))
    code, said = await verifier(tmp_path, known, "history", str(file))
    assert code == 0, said


@pytest.mark.parametrize("records", [False, True])
async def test_a_range_is_proved_with_and_without_records(
    audit: Running, known: Parties, tmp_path: Path, records: bool
) -> None:
    await published(audit, known, story())
    await published(audit, known, MORE)
    form = {"first": 5, "end": 290} | ({"records": "true"} if records else {})
    file = await taken(audit, tmp_path, "ranges", **form)
    assert ("records.bin" in zipfile.ZipFile(file).namelist()) is records
    await verifier(tmp_path, known, "range", str(file))
    code, said = await verifier(tmp_path, known, "range", str(file))
    assert code == 0, said


async def test_the_same_evidence_is_the_same_bytes(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    first = (await taken(audit, tmp_path, f"items/{ITEM}")).read_bytes()
    assert (await taken(audit, tmp_path, f"items/{ITEM}")).read_bytes() == first


async def test_one_evidence_connects_with_those_before_without_being_asked(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    async with audit.browser("p-inspector") as browser:
        signed_in = browser.headers["cookie"]
        for n in range(3):
            answer = await browser.post(f"/audit/evidence/items/{ITEM}")
            kept = answer.cookies["gongkai-evidence"]
            browser.headers["cookie"] = f"{signed_in}; gongkai-evidence={kept}"
            (tmp_path / f"{n}.zip").write_bytes(answer.content)
            code, said = await verifier(tmp_path, known, f"{tmp_path}/{n}.zip")
            assert code == 0, said
            await published(audit, known, MORE[40 * n : 40 * n + 40])
        wrong = await browser.post(f"/audit/evidence/items/{ITEM}", data={"since": "99999"})
    assert (kept, wrong.status_code) == ("10.50.90", 422)


async def test_every_taking_of_evidence_is_a_fact(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    await taken(audit, tmp_path, f"items/{ITEM}")
    await taken(audit, tmp_path, "ranges", first=0, end=5)
    [sent] = await audit.sent()
    assert (sent.type, sent.actor) == ("audit.access.v1", "p-inspector")
    assert (sent.data["way"], sent.data["about"], sent.data["entries"]) == ("EVIDENCE", ITEM, 9)


async def test_records_of_other_agencies_are_not_given_away(audit: Running, known: Parties) -> None:
    other = message("catalog.item-revised.v1", "item-x", 1, {"itemId": "x"}, agency=OTHER)
    await published(audit, known, [*story(), other])
    inspector = audit.browser("p-inspector")
    answer = await inspector.post(
        "/audit/evidence/ranges", data={"first": 0, "end": 11, "records": "true"}
    )
    assert (answer.status_code, "不能附带原始消息" in answer.text) == (403, True)
    assert (await inspector.post("/audit/evidence/events/item-x:1")).status_code == 404
    assert (await inspector.post("/audit/evidence/items/x")).status_code == 404
    answer = await inspector.post("/audit/evidence/ranges", data={"first": 0, "end": 11})
    assert answer.status_code == 200


async def test_without_a_quorum_there_is_no_evidence(audit: Running, known: Parties) -> None:
    known.away = {"upper"}
    await published(audit, known, story())
    answer = await audit.browser("p-inspector").post(f"/audit/evidence/items/{ITEM}")
    assert (answer.status_code, "见证法定数" in answer.text) == (503, True)


async def test_a_changed_leaf_is_not_proved_and_not_given(audit: Running, known: Parties) -> None:
    await published(audit, known, story())
    await attack(audit, "UPDATE ledger_leaf SET leaf = leaf || ' ' WHERE idx = 4")
    inspector = audit.browser("p-inspector")
    answer = await inspector.post(f"/audit/evidence/items/{ITEM}")
    assert (answer.status_code, "证明没有通过自检" in answer.text) == (503, True)
    answer = await audit.as_("p-inspector").get("/audit/api/v1/proof/inclusion?index=4")
    assert answer.status_code == 503


async def attack(service: Running, sql: str) -> None:
    """As the owner, who switches the triggers off."""
    db = await asyncpg.connect(store_of(service).owner)
    await db.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER USER")
    await db.execute(sql)
    await db.close()
