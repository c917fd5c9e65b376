"""What feedback hears: items becoming public, their posting ending, calendar years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from services.feedback import rescheduling
from services.feedback.aggregates import SUBJECT
from services.feedback.domain.events import Circle
from services.feedback.domain.subject import CloseSubject, OpenSubject, SubjectOpened
from shared.db import Db
from shared.envelope import Message
from shared.events import Wire
from shared.facts import Context, Facts
from shared.inbox import Handler


class ItemPublished(Wire):
    """The fields of publisher.item-published.v1 that are read here."""

    item_id: str
    kind: str
    revision: int
    round: int
    ring: int
    scope: str
    audience: tuple[str, ...] = ()
    disclosing_body: str
    title: str
    index_no: str | None = None
    occurred_on: date


class PostingEnded(Wire):
    """The fields of publisher.posting-ended.v1 that are read here."""

    item_id: str
    round: int
    ended_on: date


class CalendarPublished(Wire):
    """The field of catalog.calendar-published.v1 that is read here; the kernel keeps the year."""

    year: int


def opened(published: ItemPublished) -> SubjectOpened:
    return SubjectOpened(
        item_id=published.item_id, revision=published.revision, round=published.round,
        ring=published.ring, title=published.title, index_no=published.index_no,
        published_on=published.occurred_on,
        circle=Circle(
            scope=published.scope, audience=published.audience,
            disclosing_body=published.disclosing_body,
        ),
    )  # fmt: skip


def handlers(facts: Facts) -> Mapping[str, Handler]:
    def context(message: Message) -> Context:
        return Context(
            message.agency, facts.actor, datetime.now(UTC), message.correlation, message.id
        )

    async def on_published(db: Db, message: Message) -> None:
        heard = ItemPublished.model_validate(message.data)
        if heard.kind == "HANDLING_RESULT":
            return  # our own answer: what people think of it belongs to the item it answers
        command = OpenSubject(opened(heard))
        await facts.execute_in(db, SUBJECT, heard.item_id, command, context(message))

    async def on_ended(db: Db, message: Message) -> None:
        heard = PostingEnded.model_validate(message.data)
        command = CloseSubject(heard.item_id, heard.round, heard.ended_on)
        await facts.execute_in(db, SUBJECT, heard.item_id, command, context(message))

    async def on_calendar(db: Db, message: Message) -> None:
        heard = CalendarPublished.model_validate(message.data)
        await rescheduling.recount(db, facts, message, heard.year)

    return {
        "catalog.calendar-published.v1": on_calendar,
        "publisher.item-published.v1": on_published,
        "publisher.posting-ended.v1": on_ended,
    }
