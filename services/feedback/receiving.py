"""Taking an opinion in: from a citizen's form, or by staff from paper, telephone or a visit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import orjson

from services.feedback import queries
from services.feedback.aggregates import FEEDBACK
from services.feedback.domain import receipts
from services.feedback.domain.commands import About, ReceiveFeedback
from services.feedback.domain.events import Channel, Circle
from services.feedback.domain.refusals import NoSuchItem
from services.feedback.domain.subject import belongs, width
from services.feedback.forms import NewFeedback, PaperFeedback
from shared import directory
from shared.caller import Asking
from shared.db import Db
from shared.errors import Invalid
from shared.store import StaleVersion
from shared.workdays import legal_day

RECORDERS = ("DISCLOSURE_OFFICE", "FEEDBACK_HANDLER")
ATTEMPTS = 3


class Machine(Invalid):
    text = "请将“请勿填写”一栏清空后再提交"


def receipt_key(caller: Asking) -> bytes:
    return bytes.fromhex(caller.runtime.settings.text_key.get_secret_value())


async def near(caller: Asking, item_id: str) -> Asking:
    """The same person, seeing the agency of a PUBLIC item; else only what they saw before."""
    async with caller.reading() as db:
        agency = await queries.agency_of_public(db, item_id)
    return caller.acting_for(agency) if agency and agency not in caller.agencies else caller


async def standing(db: Db, caller: Asking, item_id: str) -> tuple[queries.Row, Circle]:
    """The item and the widest circle the caller belongs to. Raises NoSuchItem."""
    subject = await queries.subject(db, item_id)
    agency = subject["agency"]
    open_to = _open_to(caller, agency, await queries.circles(db, item_id))
    if not open_to:
        raise NoSuchItem
    return subject, max(open_to, key=lambda circle: width(circle.scope))


def _open_to(caller: Asking, agency: str, circles: Iterable[Circle]) -> list[Circle]:
    mine = [grant for grant in caller.grants if grant.agency == agency]
    organs = frozenset(grant.organ for grant in mine)
    return [c for c in circles if belongs(c, organs, caller.person, holds_grant=bool(mine))]


async def recordable(db: Db, caller: Asking, agency: str) -> list[queries.Row]:
    """Items the person may record opinions for: not even a title of what is not public to them."""
    circles = await queries.circles_of(db, agency)
    rows = await queries.subjects(db, agency)
    return [row for row in rows if _open_to(caller, agency, circles.get(row["item_id"], ()))]


async def receive_from_public(caller: Asking, id: str, form: NewFeedback) -> str:
    """Returns the receipt number as the citizen is shown it. Rate limits are the route's business.

    Raises Machine when the honeypot is filled, NoSuchItem, PostingOver.
    """
    if form.website:
        raise Machine(field="website")
    caller = await near(caller, form.item_id)
    return await _retried(caller, id, form, Channel.WEB, None)


async def record_by_staff(caller: Asking, id: str, form: PaperFeedback) -> str:
    """Staff entry with the day it really came (S1-12). Raises NotYours, FromTheFuture."""
    return await _retried(caller, id, form, form.channel, form.received_on)


async def _retried(
    caller: Asking, id: str, form: NewFeedback, channel: Channel, received_on: date | None
) -> str:
    for _ in range(ATTEMPTS - 1):
        try:
            return await _receive(caller, id, form, channel, received_on)
        except StaleVersion:
            continue  # the same form came twice at once: the second look finds the first
    return await _receive(caller, id, form, channel, received_on)


async def _receive(
    caller: Asking, id: str, form: NewFeedback, channel: Channel, received_on: date | None
) -> str:
    async with caller.writing() as db:
        subject, circle = await standing(db, caller, form.item_id)
        agency = subject["agency"]
        if channel is not Channel.WEB:
            caller.require(agency, *RECORDERS)
        today = legal_day(caller.now)
        number = await _receipt_number(db, agency, id, today)
        command = ReceiveFeedback(
            feedback_id=id, kind=form.kind, channel=channel, item_id=form.item_id, circle=circle,
            published_on=subject["published_on"], closed_on=subject["closed_on"],
            received_on=received_on or today, today=today, recorded_by=caller.person,
            person_ref=_person_ref(caller, agency, id, form, channel),
            text_commitment=await put_private(caller, db, agency, id, form.text),
            contact_commitment=await _contact(caller, db, agency, id, form), receipt_no=number,
        )  # fmt: skip
        await caller.facts.execute_in(db, FEEDBACK, id, About(id, command), caller.context(agency))
    return receipts.shown(receipt_key(caller), number)


async def _receipt_number(db: Db, agency: str, id: str, today: date) -> str:
    known: str | None = await db.fetchval(
        "SELECT receipt_no FROM feedbacks WHERE feedback_id = $1", id
    )
    if known:
        return known
    code = (await directory.agency(db, agency)).code
    return receipts.number(code, today, await queries.next_serial(db, agency, today))


def _person_ref(caller: Asking, agency: str, id: str, form: NewFeedback, channel: Channel) -> str:
    """Ties one citizen's opinions together without naming anybody: keyed, so it cannot be tested.

    A signed-in writer is their own person id; without any contact each opinion stands alone.
    """
    if channel is Channel.WEB and caller.person != "citizen":
        return caller.person
    reachable = re.sub(r"[\s\-]", "", form.contact).lower() or f"feedback {id}"
    return "pr-" + caller.texts.address(agency, f"person\n{reachable}")[3:19]


async def put_private(caller: Asking, db: Db, agency: str, id: str, text: str) -> str:
    """Under an address of its own: erasing one citizen's words leaves the same words of another."""
    return await caller.texts.put(db, agency, f"{id}\n{text}")


async def _contact(caller: Asking, db: Db, agency: str, id: str, form: NewFeedback) -> str | None:
    if not (form.name or form.contact):
        return None
    card = orjson.dumps({"name": form.name, "contact": form.contact}).decode()
    return await put_private(caller, db, agency, id, card)
