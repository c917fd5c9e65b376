"""By when an answer is due when the year's days off are not known yet, and when they become known."""

import asyncio
from datetime import date

import pytest

from services.feedback.domain.commands import ReassignHandler, Reschedule
from services.feedback.domain.deadlines import answer_by, counted_again
from services.feedback.domain.events import FeedbackScreened, Outcome, RejectReason
from services.feedback.domain.feedback import FEEDBACK
from shared.ids import new_id
from shared.workdays import Calendar, CalendarYear
from tests.feedback.story import (
    DUE,
    ID,
    ITEM,
    LATER,
    T1,
    about,
    accepted,
    answered,
    assigned,
    received,
    released,
    rescheduled,
    returned,
)
from tests.spec import Spec

feedback = Spec(FEEDBACK)
later = Reschedule(date(2026, 12, 1), LATER)
rejected = FeedbackScreened(
    feedback_id=ID, outcome=Outcome.REJECTED, by="p-wang", reason=RejectReason.EMPTY, reason_hash=T1
)
NEW_YEAR = CalendarYear(year=2021, off=(date(2021, 1, 1),), work=(date(2021, 1, 9),))
ASSIGNED = "feedback.feedback-assigned.v1"
RESCHEDULED = "feedback.feedback-rescheduled.v1"


def test_an_answer_still_owed_gets_its_new_date():
    feedback.given(received(), accepted, assigned).when(about(later)).then(rescheduled)


def test_an_answer_that_waits_for_the_second_person_is_still_owed():
    feedback.given(received(), accepted, assigned, answered).when(about(later)).then(rescheduled)
    sent_back = (received(), accepted, assigned, answered, returned)
    feedback.given(*sent_back).when(about(later)).then(rescheduled)


def test_the_same_date_for_the_same_reason_is_no_fact():
    feedback.given(received(), accepted, assigned).when(
        about(Reschedule(assigned.due_on, dict(DUE)))
    ).then()
    feedback.given(received(), accepted, assigned, rescheduled).when(about(later)).then()


def test_the_same_date_that_is_no_longer_in_doubt_is_a_fact():
    sure = Reschedule(assigned.due_on, DUE | {"sure": True})
    assert feedback.given(received(), accepted, assigned).when(about(sure)).events()


@pytest.mark.parametrize(
    "history",
    [
        (received(),),
        (received(), accepted),
        (received(), rejected),
        (received(), accepted, assigned, answered, released()),
    ],
)
def test_what_has_no_date_yet_or_is_closed_is_left_alone(history):
    feedback.given(*history).when(about(later)).then()


def test_a_hand_over_keeps_the_date_counted_again():
    hand_over = about(ReassignHandler("p-liu", "o-2", T1, "p-wang"))
    (event,) = feedback.given(received(), accepted, assigned, rescheduled).when(hand_over).events()
    assert (event.due_on, event.due_rule) == (rescheduled.due_on, LATER)


def test_it_is_counted_from_the_same_day_by_the_rule_of_then():
    own = {"feedback": {"answerWithin": {"n": 3, "unit": "WORKING_DAY"}}}
    before = answer_by(date(2020, 12, 29), own, Calendar.of([CalendarYear(year=2020)]))
    assert (before.due, before.provisional) == (date(2021, 1, 1), True)
    known = Calendar.of([CalendarYear(year=2020), NEW_YEAR])
    after = counted_again(before, known)
    assert (after.due, after.provisional) == (date(2021, 1, 4), False)
    assert (after.start, after.term, after.rule) == (before.start, before.term, before.rule)


async def entered(house, received_on="2020-12-30"):
    """An opinion that came on paper at the end of 2020: its answer is due in 2021."""
    body = {"itemId": ITEM, "text": f"来信{new_id()}", "channel": "MAIL", "receivedOn": received_on}
    async with house.it.as_("p-wang") as http:
        made = await http.put(f"/feedback/api/v1/feedbacks/{new_id()}/entry", json=body)
    return made.json()


async def assigned_to_chen(house, received_on="2020-12-30"):
    sent = await entered(house, received_on)
    await house.call("p-wang", f"feedbacks/{sent['feedbackId']}/screen", {"outcome": "ACCEPTED"})
    await house.call("p-wang", f"feedbacks/{sent['feedbackId']}/assign", {"handler": "p-chen"})
    return sent


def published(house, year=NEW_YEAR):
    data = {"year": year.year, "calendar": year.wire(), "later": 1}
    return house.it.message(
        "catalog.calendar-published.v1", data, f"calendar-{year.year}", "national"
    )


async def facts(house, type=RESCHEDULED):
    return [m.data for m in await house.it.sent() if m.type == type]


async def test_until_the_year_is_known_everybody_is_told_that_the_date_is_provisional(house):
    sent = await assigned_to_chen(house)
    [task] = (await house.get("p-chen", "tasks"))["tasks"]
    assert (task["dueOn"], task["provisional"]) == ("2021-01-06", True)
    async with house.it.browser("p-chen") as http:
        office = (await http.get(f"/feedback/opinions/{sent['feedbackId']}")).text
    assert "2021年放假安排尚未公布，此日期为暂定，公布后将重新计算" in office
    assert "应于2021年1月6日前（暂定）答复" in office
    async with house.it.browser() as http:
        receipt = (await http.get(f"/feedback/receipts?no={sent['receiptNo']}")).text
    assert "2021年1月6日（暂定，放假安排公布后重新计算）" in receipt


async def test_a_published_calendar_counts_the_date_again_as_a_fact(house):
    sent = await assigned_to_chen(house)
    await house.it.receive(published(house))
    [fact] = await facts(house)
    assert (fact["feedbackId"], fact["dueOn"]) == (sent["feedbackId"], "2021-01-07")
    assert (fact["dueRule"]["provisional"], fact["dueRule"]["start"]) == (False, "2020-12-30")
    shown = await house.get("p-chen", f"feedbacks/{sent['feedbackId']}")
    assert (shown["dueOn"], shown["provisional"]) == ("2021-01-07", False)
    async with house.it.browser("p-chen") as http:
        page = (await http.get(f"/feedback/opinions/{sent['feedbackId']}")).text
    assert "按公布的放假安排重新计算答复期限，应于2021年1月7日前答复" in page
    assert "系统" in page
    async with house.it.browser() as http:
        receipt = (await http.get(f"/feedback/receipts?no={sent['receiptNo']}")).text
    assert "2021年1月7日" in receipt
    assert "暂定" not in receipt


async def test_the_same_calendar_published_twice_is_one_fact(house):
    await assigned_to_chen(house)
    first = published(house)
    await house.it.receive(first, first, published(house))
    assert len(await facts(house)) == 1


async def test_a_corrected_calendar_counts_again_also_what_was_certain(house):
    await assigned_to_chen(house)
    await house.it.receive(published(house))
    longer = NEW_YEAR.model_copy(update={"off": (date(2021, 1, 1), date(2021, 1, 4))})
    await house.it.receive(published(house, longer))
    assert [fact["dueOn"] for fact in await facts(house)] == ["2021-01-07", "2021-01-08"]


async def test_a_citizen_who_has_the_answer_and_other_years_are_left_alone(house):
    done = (await assigned_to_chen(house))["feedbackId"]
    await house.call("p-chen", f"feedbacks/{done}/answer", {"text": "已补充。"})
    await house.call("p-zhou", f"feedbacks/{done}/release", {"adopted": True})
    await assigned_to_chen(house, "2020-03-02")
    await entered(house)
    before = await house.it.tables()
    await house.it.receive(published(house))
    assert await facts(house) == []
    assert await house.it.tables() == before


async def test_what_is_assigned_afterwards_is_counted_with_the_year_at_once(house):
    await house.it.receive(published(house))
    await assigned_to_chen(house)
    [fact] = await facts(house, ASSIGNED)
    assert (fact["dueOn"], fact["dueRule"]["provisional"]) == ("2021-01-07", False)


async def test_no_date_counted_while_the_year_is_published_stays_provisional(house):
    """Eight assignments and the calendar at once: whatever comes first, every date ends certain."""
    ids = [(await entered(house))["feedbackId"] for _ in range(8)]
    for id in ids:
        await house.call("p-wang", f"feedbacks/{id}/screen", {"outcome": "ACCEPTED"})
    assigning = (house.call("p-wang", f"feedbacks/{i}/assign", {"handler": "p-chen"}) for i in ids)
    await asyncio.gather(*assigning, house.it.receive(published(house)))
    dates = await house.it.sql("SELECT due_on, provisional FROM feedbacks")
    assert {tuple(row.values()) for row in dates} == {(date(2021, 1, 7), False)}


async def test_rebuilt_tables_hold_the_dates_counted_again(house):
    await assigned_to_chen(house)
    await house.it.receive(published(house))
    before = await house.it.tables()
    await house.it.rebuild()
    assert await house.it.tables() == before
