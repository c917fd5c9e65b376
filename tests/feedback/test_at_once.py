"""Two people at once, old forms, forms sent twice, and a decision that was wrong."""

import asyncio

from tests.feedback.conftest import SFJ


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
