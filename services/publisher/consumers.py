"""What publisher hears: approved items, released handling results, calendars; and what its timers do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import orjson

from services.publisher.aggregates import PUBLICATION
from services.publisher.domain.clearance import HANDLING_RESULT, Clearance, Ring
from services.publisher.domain.commands import EndPosting, OpenPublication, RecountPosting
from services.publisher.domain.errors import WiderThanItsItem
from services.publisher.projections.publications import END_POSTING
from services.publisher.releasing import post_until, release
from shared.db import Db
from shared.envelope import Message
from shared.errors import NotReady
from shared.events import Wire
from shared.facts import Context, Facts
from shared.ids import derived_id
from shared.inbox import Handler
from shared.timers import Timer, TimerHandler
from shared.workdays import legal_day, start_of


class Released(Wire):
    """What publisher reads of HandlingResultReleased."""

    feedback_id: str
    item_id: str
    scope: str
    audience: tuple[str, ...] = ()
    disclosing_body: str
    result_hash: str
    released_on: date


def handlers(facts: Facts) -> Mapping[str, Handler]:
    async def approved(db: Db, message: Message) -> None:
        """Approved to be public at once; what is given on request only is not published (S4-02)."""
        if message.data.get("attribute") != "PROACTIVE" or not message.data.get("rings"):
            return
        cleared = Clearance.model_validate(message.data)
        await _open(db, facts, cleared, _context(facts, message))

    async def result(db: Db, message: Message) -> None:
        """A handling result goes out in the scope of the item it answers (S1-13)."""
        about = Released.model_validate(message.data)
        parent, _ = await facts.load(db, PUBLICATION, about.item_id)
        if parent.clearance is None:
            raise NotReady(f"publication {about.item_id} is not here yet")
        cleared = result_clearance(about, parent.clearance)
        await _open(db, facts, cleared, _context(facts, message))

    async def calendar(db: Db, message: Message) -> None:
        """A year's days off are known: what was counted provisionally is counted again."""
        rows = await db.fetch(
            "SELECT item_id, agency, round, post_rule FROM publications"
            " WHERE post_rule->>'provisional' = 'true' AND ended_on IS NULL ORDER BY item_id"
        )
        for row in rows:
            context = Context(
                row["agency"], facts.actor, datetime.now(UTC), message.correlation, message.id
            )
            await _recount(db, facts, row, context)

    return {
        "approval.item-approved.v1": approved,
        "feedback.handling-result-released.v1": result,
        "catalog.calendar-published.v1": calendar,
    }


async def _open(db: Db, facts: Facts, cleared: Clearance, context: Context) -> None:
    await facts.execute_in(db, PUBLICATION, cleared.item_id, OpenPublication(cleared), context)
    if cleared.release == "POLICY":
        await release(db, facts, cleared.item_id, context)


async def _recount(db: Db, facts: Facts, row: Mapping[str, str], context: Context) -> None:
    state, _ = await facts.load(db, PUBLICATION, row["item_id"])
    if state.clearance is None:
        return
    start = date.fromisoformat(orjson.loads(row["post_rule"])["start"])
    until = await post_until(db, state.clearance, start_of(start))
    command = RecountPosting(state.round, until)
    await facts.execute_in(db, PUBLICATION, row["item_id"], command, context)


def result_clearance(about: Released, parent: Clearance) -> Clearance:
    """The answer as a publication of its own: released by a second person, so no further release.

    It is shown where its item is, to nobody else. Raises WiderThanItsItem.
    """
    shown_in = next((ring for ring in parent.rings if ring.scope == about.scope), None)
    if shown_in is None:
        raise WiderThanItsItem
    channel = "WEBSITE" if about.scope == "PUBLIC" else "INTRANET"
    ring = Ring(
        scope=about.scope,
        audience=about.audience or shown_in.audience,
        channels=(channel,),
        required_channels=(channel,),
        lead_channel=channel,
    )
    return Clearance(
        **parent.model_dump(
            include={"agency", "affairs_type", "category", "policy_agency", "policy_version"}
        ),
        item_id=derived_id("handling-result", about.feedback_id),
        revision=1,
        kind=HANDLING_RESULT,
        relations=({"type": "RESPONDS_TO", "itemId": about.item_id},),
        disclosing_body=about.disclosing_body,
        manifest_hash=about.result_hash,
        title="关于公众意见的办理结果",
        rings=(ring,),
        duration_class="LONG_TERM",
        determined_on=about.released_on,
        release="POLICY",
        feedback_id=about.feedback_id,
    )


def timers(facts: Facts) -> Mapping[str, TimerHandler]:
    async def end_posting(db: Db, timer: Timer) -> None:
        now = datetime.now(UTC)
        key = timer.stream.removeprefix("publication-")
        command = EndPosting(timer.data["round"], legal_day(now))
        await facts.execute_in(db, PUBLICATION, key, command, timer.context(facts.actor, now))

    return {END_POSTING: end_posting}


def _context(facts: Facts, message: Message) -> Context:
    """Publisher acts because of the message, for the message's agency."""
    return Context(message.agency, facts.actor, datetime.now(UTC), message.correlation, message.id)
