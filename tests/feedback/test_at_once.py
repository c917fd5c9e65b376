"""Two people at once, old forms, forms sent twice, and a decision that was wrong."""

import asyncio
from datetime import UTC, datetime

from services.feedback.aggregates import FEEDBACK
from services.feedback.domain.commands import About, ReturnAnswer
from shared.facts import Context
from tests.feedback.conftest import SFJ

WAITS = (
    "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


async def test_an_old_form_is_refused(house):
    id = (await house.write())["feedbackId"]
    body = {"outcome": "ACCEPTED", "expected": 1}
    await house.call("p-wang", f"feedbacks/{id}/screen", body)
    await house.it.grant("p-ma", SFJ, "DISCLOSURE_OFFICE", organ="o-sfj-office")
    problem = await house.call("p-ma", f"feedbacks/{id}/screen", body, 409)
    assert "已被修改" in problem["detail"]


async def test_a_form_sent_twice_says_that_it_is_recorded(house):
    id = (await house.write())["feedbackId"]
    body = {"outcome": "ACCEPTED", "expected": 1}
    await house.call("p-wang", f"feedbacks/{id}/screen", body)
    problem = await house.call("p-wang", f"feedbacks/{id}/screen", body, 409)
    assert "无需重复提交" in problem["detail"]


async def test_of_two_people_deciding_at_once_one_wins_and_the_other_is_told(house):
    await house.it.grant("p-ma", SFJ, "DISCLOSURE_OFFICE", organ="o-sfj-office")
    id = (await house.write())["feedbackId"]
    body = {"outcome": "ACCEPTED", "expected": 1}
    answers = await asyncio.gather(*(_post(house, p, id, body) for p in ("p-wang", "p-ma")))
    assert sorted(a.status_code for a in answers) == [204, 409]
    [slower] = [a for a in answers if a.status_code == 409]
    assert "请查看最新情况" in slower.json()["detail"]


async def _post(house, person, id, body):
    async with house.it.as_(person) as http:
        return await http.post(f"/feedback/api/v1/feedbacks/{id}/screen", json=body)


async def test_a_wrong_refusal_is_mended_and_the_citizen_sees_it(house):
    sent = await house.write()
    path = f"feedbacks/{sent['feedbackId']}"
    refusal = {"outcome": "REJECTED", "reason": "EMPTY", "reasonText": "没有写明事项"}
    await house.call("p-wang", f"{path}/screen", refusal)
    await house.call("p-wang", f"{path}/screen", refusal, 409)
    async with house.it.browser("p-wang") as http:
        assert "改为受理" in (await http.get(f"/feedback/opinions/{sent['feedbackId']}")).text
    await house.call("p-wang", f"{path}/screen", {"outcome": "ACCEPTED"})
    await house.call("p-wang", f"{path}/assign", {"handler": "p-chen"})
    found = (await house.it.http.get(f"/feedback/api/v1/receipts/{sent['receiptNo']}")).json()
    assert (found["stageText"], found["rejectReason"]) == ("办理中", None)


async def test_the_slower_by_a_moment_keeps_the_typed_words(house):
    """Both have read the same version; the other's decision is written and not committed yet."""
    id = await house.answered()
    sent_back = About(id, ReturnAnswer("t1:" + "ab" * 32, "p-wang"))
    context = Context(SFJ, "p-wang", datetime.now(UTC), "c")
    async with house.it.browser("p-zhou") as http:
        async with house.it.runtime.facts.transaction() as db:
            await house.it.runtime.facts.execute_in(db, FEEDBACK, id, sent_back, context)
            form = {"expected": "4", "reason": "请核实电话号码"}
            path = f"/feedback/opinions/{id}/return"
            slower = asyncio.create_task(http.post(path, data=form))
            await house.it.until(lambda: house.it.sql(WAITS))
        back = await slower
    assert back.status_code == 409
    assert "办理情况已被修改" in back.text
    assert "您刚才填写的内容：请核实电话号码" in back.text
