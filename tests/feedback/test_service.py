"""The whole way of an opinion over HTTP on a real database."""

import httpx
import pytest

from shared.ids import new_id
from tests.feedback.conftest import SFJ
from tests.feedback.story import ITEM


async def test_an_opinion_goes_all_the_way_and_the_citizen_reads_the_result(house):
    sent = await house.write("名册里缺少周末值班电话。")
    id, receipt = sent["feedbackId"], sent["receiptNo"]
    assert receipt.startswith("330105001-")
    await house.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
    await house.call("p-wang", f"feedbacks/{id}/assign", {"handler": "p-chen"})
    await house.call("p-chen", f"feedbacks/{id}/answer", {"text": "已补充。"})
    before = await house.it.http.get(f"/feedback/api/v1/receipts/{receipt}")
    assert (before.json()["stageText"], before.json().get("result")) == ("办理中", None)
    await house.call("p-zhou", f"feedbacks/{id}/release", {"adopted": True})
    found = (await house.it.http.get(f"/feedback/api/v1/receipts/{receipt}")).json()
    assert (found["result"], found["adopted"], found["stageText"]) == ("已补充。", True, "已办结")


async def test_who_answered_is_refused_as_releaser_even_in_the_office(house):
    id = (await house.write())["feedbackId"]
    await house.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
    await house.call("p-wang", f"feedbacks/{id}/assign", {"handler": "p-wang"})
    await house.call("p-wang", f"feedbacks/{id}/answer", {"text": "已补充。"})
    problem = await house.call("p-wang", f"feedbacks/{id}/release", {"adopted": True}, 403)
    assert "第二人" in problem["detail"]


async def test_a_returned_answer_comes_back_to_its_handler_with_the_reason(house):
    id = await house.answered()
    await house.call("p-zhou", f"feedbacks/{id}/return", {"reason": "请写明补充日期"})
    shown = await house.get("p-chen", f"feedbacks/{id}")
    assert (shown["stage"], shown["returnReason"]) == ("ASSIGNED", "请写明补充日期")
    assert [t["kind"] for t in (await house.get("p-chen", "tasks"))["tasks"]] == ["ANSWER"]


async def test_a_section_stands_for_its_one_handler(house):
    id = (await house.write())["feedbackId"]
    await house.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
    problem = await house.call("p-wang", f"feedbacks/{id}/assign", {"organId": "o-none"}, 422)
    assert problem["field"] == "handler"
    await house.call("p-wang", f"feedbacks/{id}/assign", {"organId": "o-branch-1"})
    shown = await house.get("p-wang", f"feedbacks/{id}")
    assert shown["handler"] == "p-liu"
    assert shown["dueRule"]["term"] == {"n": 5, "unit": "WORKING_DAY"}


async def test_the_agencys_own_term_decides(house):
    await house.it.policy(
        {"feedback": {"answerWithin": {"n": 3, "unit": "CALENDAR_DAY", "rule": {"id": "OWN"}}}},
        agency=SFJ,
    )
    id = await house.answered()
    rule = (await house.get("p-wang", f"feedbacks/{id}"))["dueRule"]
    assert (rule["term"]["n"], rule["rule"]["id"], rule["startEvent"]) == (3, "OWN", "RECEIVED")


async def test_paper_from_the_opinion_box_keeps_its_day_and_is_answered_from_then_on(house):
    id = new_id()
    body = {"itemId": ITEM, "text": "字太小，看不清。", "channel": "PAPER_BOX",
            "receivedOn": "2020-01-10"}  # fmt: skip
    async with house.it.as_("p-wang") as http:
        made = await http.put(f"/feedback/api/v1/feedbacks/{id}/entry", json=body)
    assert made.status_code == 201
    shown = await house.get("p-wang", f"feedbacks/{id}")
    assert (shown["receivedOn"], shown["recordedBy"]) == ("2020-01-10", "p-wang")
    assert shown["recordedAt"] > "2020-01-11"
    await house.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
    await house.call("p-wang", f"feedbacks/{id}/assign", {"handler": "p-chen"})
    task = (await house.get("p-chen", "tasks"))["tasks"][0]
    assert (task["dueOn"], task["overdue"]) == ("2020-01-17", True)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"receivedOn": "2099-01-01"}, 422, "receivedOn"),
        ({"receivedOn": "2019-12-31"}, 422, "receivedOn"),
        ({"itemId": "0199a3c0-0000-7000-8000-00000000dead"}, 404, None),
        ({"text": ""}, 422, "text"),
    ],
)
async def test_a_wrong_entry_is_refused_with_its_field(house, body, status, field):
    entry = {"itemId": ITEM, "text": "意见", "channel": "MAIL", "receivedOn": "2020-01-10"} | body
    async with house.it.as_("p-wang") as http:
        problem = await http.put(f"/feedback/api/v1/feedbacks/{new_id()}/entry", json=entry)
    assert (problem.status_code, problem.json().get("field")) == (status, field)


async def test_only_officials_of_the_agency_enter_screen_and_read(house):
    id = (await house.write())["feedbackId"]
    entry = {"itemId": ITEM, "text": "意见", "channel": "MAIL", "receivedOn": "2020-01-10"}
    async with house.it.as_("p-zhou") as http:
        refused = await http.put(f"/feedback/api/v1/feedbacks/{new_id()}/entry", json=entry)
    assert refused.status_code == 403
    await house.call("p-chen", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"}, 403)
    await house.call("p-other", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"}, 404)
    await house.get("p-other", f"feedbacks/{id}", 404)
    assert (await house.get("p-sup", f"feedbacks/{id}"))["feedbackId"] == id
    await house.call("p-sup", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"}, 403)


async def test_the_same_form_sent_twice_has_one_receipt(house):
    id = new_id()
    first, second = await house.write(id=id), await house.write(id=id)
    assert first == second
    await house.write("别的内容", id=id, status=409)


async def test_a_refused_opinion_tells_the_citizen_why(house):
    sent = await house.write("……")
    refusal = {"outcome": "REJECTED", "reason": "EMPTY", "reasonText": "没有写明事项"}
    await house.call("p-wang", f"feedbacks/{sent['feedbackId']}/screen", refusal)
    found = (await house.it.http.get(f"/feedback/api/v1/receipts/{sent['receiptNo']}")).json()
    assert (found["stageText"], found["reasonText"]) == ("不予受理", "没有写明事项")


async def test_the_result_is_fetched_by_hash_with_a_service_token_only(house):
    from hashlib import sha256

    id = await house.released()
    hash = (await house.get("p-wang", f"feedbacks/{id}"))["resultHash"]
    result = await house.get("service:publisher", f"results/{hash}")
    assert sha256(f"{result['nonce']}\n{result['text']}".encode()).hexdigest() == hash
    await house.get("p-wang", f"results/{hash}", 403)
    await house.get("service:publisher", f"results/{'0' * 64}", 404)


async def test_each_sees_only_what_is_theirs_to_do(house):
    await house.answered()
    kinds = {
        person: [t["kind"] for t in (await house.get(person, "tasks"))["tasks"]]
        for person in ("p-wang", "p-chen", "p-zhou", "p-other", "p-sup")
    }
    assert kinds == {
        "p-wang": ["RELEASE"], "p-chen": [], "p-zhou": ["RELEASE"], "p-other": [], "p-sup": []
    }  # fmt: skip


async def test_internal_items_take_opinions_from_their_audience_only(house):
    inner = "0199a3c0-0000-7000-8000-0000000000ee"
    await house.it.receive(
        house.publish(itemId=inner, scope="WITHIN_ORG", audience=["o-branch-1"], ring=0)
    )
    body = {"itemId": inner, "text": "建议增加学习时间安排。"}

    async def put(client: httpx.AsyncClient) -> httpx.Response:
        async with client as http:
            return await http.put(f"/feedback/api/v1/feedbacks/{new_id()}", json=body)

    assert (await put(house.it.browser())).status_code == 404
    assert (await put(house.it.as_("p-chen"))).status_code == 404
    assert (await put(house.it.as_("p-other"))).status_code == 404
    made = await put(house.it.as_("p-liu"))
    assert made.status_code == 201
    stranger = (
        await house.it.http.get(f"/feedback/api/v1/receipts/{made.json()['receiptNo']}")
    ).json()
    assert stranger["inside"]
    assert stranger["title"] is None


async def test_after_the_posting_only_paper_of_that_time_is_taken(house):
    ended = {"itemId": ITEM, "revision": 1, "round": 1, "endedOn": "2020-02-10", "reason": "TERM"}
    await house.it.receive(
        house.it.message("publisher.posting-ended.v1", ended, f"publication-{ITEM}", SFJ)
    )
    assert "公示期" in (await house.write(status=409))["detail"]
    entry = {"itemId": ITEM, "text": "意见", "channel": "MAIL", "receivedOn": "2020-02-10"}
    async with house.it.as_("p-wang") as http:
        made = await http.put(f"/feedback/api/v1/feedbacks/{new_id()}/entry", json=entry)
    assert made.status_code == 201


async def test_a_published_answer_is_no_new_subject(house):
    answer = "0199a3c0-0000-7000-8000-0000000000ef"
    await house.it.receive(house.publish(itemId=answer, kind="HANDLING_RESULT"))
    assert not await house.it.sql("SELECT 1 FROM subjects WHERE item_id = $1", answer)
