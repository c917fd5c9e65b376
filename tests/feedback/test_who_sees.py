"""Who may see what: handlers their own, the office all, nobody a title that is not public to them."""

from shared.ids import new_id
from tests.feedback.story import ITEM

INNER = "0199a3c0-0000-7000-8000-0000000000ee"


async def listed(house, person):
    found = (await house.get(person, "feedbacks"))["feedbacks"]
    return [line["feedbackId"] for line in found]


async def test_a_handler_sees_the_opinions_in_their_own_hands_only(house):
    theirs = await house.answered()
    other = (await house.write("另一条意见"))["feedbackId"]
    assert await listed(house, "p-chen") == [theirs]
    assert await listed(house, "p-liu") == []
    await house.get("p-liu", f"feedbacks/{theirs}", 403)
    await house.get("p-chen", f"feedbacks/{other}", 403)
    async with house.it.browser("p-liu") as http:
        assert "没有其他在办的意见" in (await http.get("/feedback/work")).text
    for person in ("p-wang", "p-zhou", "p-sup"):
        assert set(await listed(house, person)) == {theirs, other}


async def test_a_hand_over_hands_over_the_reading_too(house):
    id = (await house.write())["feedbackId"]
    await house.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
    await house.call("p-wang", f"feedbacks/{id}/assign", {"handler": "p-chen"})
    await house.call("p-wang", f"feedbacks/{id}/reassign", {"handler": "p-liu", "reason": "出差"})
    assert (await listed(house, "p-chen"), await listed(house, "p-liu")) == ([], [id])
    await house.get("p-chen", f"feedbacks/{id}", 403)


async def test_who_entered_a_letter_can_look_it_up(house):
    id = new_id()
    body = {"itemId": ITEM, "text": "来信", "channel": "MAIL", "receivedOn": "2020-01-10"}
    async with house.it.as_("p-liu") as http:
        assert (await http.put(f"/feedback/api/v1/feedbacks/{id}/entry", json=body)).is_success
    assert await listed(house, "p-liu") == [id]


async def test_a_role_of_another_kind_in_the_agency_opens_no_opinion(house):
    await house.it.grant("p-sun", "linjiang-sfj", "DRAFTER", "SECRECY_REVIEWER", organ="o-9")
    id = (await house.write())["feedbackId"]
    assert await listed(house, "p-sun") == []
    await house.get("p-sun", f"feedbacks/{id}", 403)


async def test_the_list_for_paper_opinions_names_no_item_that_is_not_public_to_its_reader(house):
    inside = {"itemId": INNER, "scope": "WITHIN_ORG", "audience": ["o-branch-1"], "ring": 0}
    await house.it.receive(house.publish(**inside, title="支部内部事项"))
    async with house.it.browser("p-chen") as http:
        assert "支部内部事项" not in (await http.get("/feedback/entry")).text
    async with house.it.browser("p-liu") as http:
        assert "支部内部事项" in (await http.get("/feedback/entry")).text


async def test_the_clock_is_shown_before_anybody_is_named(house):
    """An opinion that nobody screens becomes overdue like any other."""
    old, id = new_id(), (await house.write())["feedbackId"]
    body = {"itemId": ITEM, "text": "来信", "channel": "MAIL", "receivedOn": "2020-01-10"}
    async with house.it.as_("p-wang") as http:
        assert (await http.put(f"/feedback/api/v1/feedbacks/{old}/entry", json=body)).is_success
    first, second = (await house.get("p-wang", "tasks"))["tasks"]
    assert (first["id"], first["dueOn"], first["overdue"]) == (
        f"feedback-{old}", "2020-01-17", True,
    )  # fmt: skip
    assert (second["id"], second["overdue"]) == (f"feedback-{id}", False)
    assert second["dueOn"] > second["since"][:10]


async def test_naming_a_handler_sets_the_day_that_was_shown_before(house):
    sent = await house.write()
    path = f"feedbacks/{sent['feedbackId']}"
    shown = (await house.get("p-wang", path))["dueOn"]
    receipt = (await house.it.http.get(f"/feedback/api/v1/receipts/{sent['receiptNo']}")).json()
    assert receipt["dueOn"] == shown
    await house.call("p-wang", f"{path}/screen", {"outcome": "ACCEPTED"})
    assert (await house.get("p-wang", path))["dueOn"] == shown
    await house.call("p-wang", f"{path}/assign", {"handler": "p-chen"})
    assert (await house.get("p-wang", path))["dueOn"] == shown
