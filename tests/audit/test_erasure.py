"""Lawful erasure: two people, one reason, one entry; and what was taken away without them is tampering."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.audit.domain.erasure import (
    ERASURE,
    DecideErasure,
    ErasureApproved,
    ErasureRefused,
    ErasureRequested,
    RequestErasure,
)
from services.audit.domain.refusals import (
    AlreadyDecided,
    AlreadyRequested,
    NoSuchErasure,
    NotPersonal,
    OwnRequest,
    ReasonNeeded,
)
from services.audit.fsck import check, snapshot
from services.audit.house import House
from services.audit.log import leading
from shared.ids import new_id
from tests.audit.parties import ORIGIN, Parties, parties
from tests.audit.published import published, store_of, verifier
from tests.audit.records import message
from tests.audit.story import BUREAU, CITY, contract, story
from tests.kernel import Running
from tests.spec import Spec

erasure = Spec(ERASURE)
ASKED = ErasureRequested(
    subject_id="f1", basis="PIPL_47_3", reason_hash="t1:ab", requested_by="p-inspector"
)
APPROVED = ErasureApproved(subject_id="f1", basis="PIPL_47_3", office=CITY, approved_by="p-chief")
ASK = RequestErasure(
    subject_id="f1", categories=("feedback",), basis="PIPL_47_3", reason_hash="t1:ab",
    by="p-inspector",
)  # fmt: skip


def by(person: str, approve: bool = True) -> DecideErasure:
    return DecideErasure(approve=approve, by=person, office=CITY)


def test_one_person_asks_and_another_approves() -> None:
    erasure.given().when(ASK).then(ASKED)
    erasure.given(ASKED).when(by("p-chief")).then(APPROVED)


def test_nobody_approves_an_own_request() -> None:
    erasure.given(ASKED).when(by("p-inspector")).then_refused(OwnRequest)


def test_it_is_decided_once() -> None:
    refused = ErasureRefused(subject_id="f1", refused_by="p-chief")
    erasure.given(ASKED).when(by("p-chief", approve=False)).then(refused)
    for before in (APPROVED, refused):
        erasure.given(ASKED, before).when(by("p-third")).then_refused(AlreadyDecided)
    erasure.given().when(by("p-chief")).then_refused(NoSuchErasure)
    erasure.given(ASKED).when(ASK).then_refused(AlreadyRequested)


def test_what_an_agency_did_is_never_erased() -> None:
    for categories in (("item",), ("feedback", "review"), ()):
        command = ASK.model_copy(update={"categories": categories})
        erasure.given().when(command).then_refused(NotPersonal)


def test_a_reason_is_needed() -> None:
    erasure.given().when(ASK.model_copy(update={"reason_hash": ""})).then_refused(ReasonNeeded)


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@pytest.fixture
async def heard(audit: Running, known: Parties) -> Running:
    await audit.grant("p-chief", CITY, "SUPERVISOR", organ="o-9", position="组长")
    await audit.grant("p-admin", BUREAU, "ADMINISTRATOR", organ="o-8")
    await published(audit, known, story())
    return audit


async def asked(service: Running, subject: str = "f1", reason: str = "本人申请删除") -> str:
    """Asked for; the id of the request."""
    id = new_id()
    form = {"id": id, "subject": subject, "basis": "PIPL_47_3", "reason": reason}
    answer = await service.browser("p-inspector").post("/audit/erasures", data=form)
    assert answer.status_code == 303, answer.text
    return id


async def done(service: Running) -> None:
    """What the log does within a second when it runs."""
    store = store_of(service)
    async with leading(store.worker, store.vault) as ledger:
        house = House(ledger)
        await house.open(ORIGIN)
        await house.keep(datetime.now(UTC))


async def checked(service: Running) -> tuple[list[str], list[str]]:
    store = store_of(service)
    async with snapshot(store.worker) as db:
        report = await check(db, store.vault, {})
    return report.differences, report.notices


async def test_an_approved_erasure_destroys_the_key_and_says_so(
    heard: Running, known: Parties, tmp_path: Path
) -> None:
    id = await asked(heard)
    own = await heard.browser("p-inspector").post(
        f"/audit/erasures/{id}/decision", data={"approve": "true"}
    )
    assert (own.status_code, "另一人" in own.text) == (403, True)
    await done(heard)
    assert await checked(heard) == ([], [])
    answer = await heard.browser("p-chief").post(
        f"/audit/erasures/{id}/decision", data={"approve": "true"}
    )
    assert answer.status_code == 303
    await done(heard)
    differences, notices = await checked(heard)
    assert differences == []
    assert notices == ["有 2 条的内容已依法销毁，条目仍可证明"]

    await published(heard, known, [])
    page = (await heard.browser("p-inspector").get("/audit/erasures")).text
    assert "已销毁" in page
    assert "台账第 10 条" in page
    assert "本人申请删除" in page
    page = (await heard.browser("p-inspector").get("/audit/entries/feedback-f1:1")).text
    assert "内容已依法销毁" in page
    answer = await heard.browser("p-inspector").post("/audit/evidence/events/feedback-f1:1")
    (tmp_path / "e.zip").write_bytes(answer.content)
    for _ in range(2):
        code, said = await verifier(tmp_path, known, "event", str(tmp_path / "e.zip"))
    assert (code, "销毁" in said) == (0, True), said


async def test_a_key_that_vanishes_without_an_entry_is_tampering(
    heard: Running, known: Parties, tmp_path: Path
) -> None:
    store = store_of(heard)
    handle = store.vault.handle("f1")
    await heard.sql(
        "UPDATE vault_key SET wrapped = NULL, destroyed_at = now() WHERE subject = $1", handle
    )
    differences, notices = await checked(heard)
    lost = "密钥缺失，且没有依法销毁的记录，原始消息无法打开"
    assert differences == [f"第 {n} 条（feedback-f1:{n - 7}）：{lost}" for n in (8, 9)]
    assert notices == []
    page = (await heard.browser("p-inspector").get("/audit/entries/8")).text
    assert "没有依法销毁的记录" in page
    answer = await heard.browser("p-inspector").post("/audit/evidence/events/feedback-f1:1")
    (tmp_path / "e.zip").write_bytes(answer.content)
    code, said = await verifier(tmp_path, known, "event", str(tmp_path / "e.zip"))
    assert code == 1, said


async def test_what_is_heard_of_an_erased_subject_later_has_a_key_of_its_own(
    heard: Running, known: Parties
) -> None:
    id = await asked(heard)
    await heard.browser("p-chief").post(f"/audit/erasures/{id}/decision", data={"approve": "true"})
    await done(heard)
    type = "feedback.feedback-answered.v1"
    later = message(type, "feedback-f1", 3, contract(type), position=12)
    size = await published(heard, known, [*story(), later])
    assert size == 12, "the old ones are known, the new one is taken in"
    differences, _ = await checked(heard)
    assert differences == []
    [row] = await heard.sql("SELECT subject FROM ledger_payload WHERE idx = 11")
    assert row["subject"] == store_of(heard).vault.handle("f1", 1)


async def test_who_may_not_ask_or_whose_subject_it_is_not_is_refused(heard: Running) -> None:
    form = {"id": new_id(), "subject": "f1", "basis": "PIPL_47_3", "reason": "x"}
    for person, status in (("p-chen", 403), ("p-elsewhere", 404), ("p-admin", 303)):
        answer = await heard.browser(person).post("/audit/erasures", data=form)
        assert answer.status_code == status, person
    for change, status in (
        ({"subject": "nobody"}, 404),
        ({"reason": " "}, 422),
        ({"basis": "X"}, 422),
    ):
        answer = await heard.browser("p-inspector").post(
            "/audit/erasures", data=form | {"id": new_id()} | change
        )
        assert answer.status_code == status, change
