"""Whole lives of streams as commands: an item drafted, revised, decided on, shown, commented.

Pure. The words come from the examples that the services have agreed on (shared/contracts).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.approval import aggregates as approval_streams
from services.approval.domain.chain import DEFAULT
from services.approval.domain.commands import OpenReview, PassStep, ReturnItem
from services.approval.domain.review import review_key
from services.approval.domain.submission import By, Cleared, Submission
from services.catalog.aggregates import ITEM
from services.catalog.domain.item_commands import (
    DraftItem,
    NoteProgress,
    Reschedule,
    ReviseItem,
    SubmitItem,
)
from services.catalog.domain.item_events import Particulars
from services.catalog.policy.files import calendar_years
from services.feedback.aggregates import FEEDBACK, SUBJECT
from services.feedback.domain import commands as asked
from services.feedback.domain.events import Channel, Circle, Kind, Outcome
from services.feedback.domain.subject import OpenSubject, SubjectOpened
from services.publisher.aggregates import DELIVERY, PUBLICATION
from services.publisher.domain.clearance import Clearance
from services.publisher.domain.commands import NoteConfirmed, OpenPublication, ReleaseItem
from services.publisher.domain.delivery import (
    ConfirmDelivery,
    PlanDelivery,
    SubmitDelivery,
    delivery_key,
)
from services.publisher.domain.events import Evidence, PostUntil
from shared.events import Json
from shared.facts import Aggregate
from shared.ids import derived_id
from shared.workdays import Calendar, Rule, Term, Unit, due

Step = tuple[Aggregate[Any, Any, Any], str, Any]  # of what kind, its key, the command
CONTRACTS = Path(__file__).parents[1] / "shared/contracts"
DAY = date(2026, 9, 21)
AT = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
ADDRESS = "t1:" + "ab" * 32
PASSING = (
    By(person="p-li", role="SECRECY_REVIEWER", position="保密审查员"),
    By(person="p-wang", role="DISCLOSURE_OFFICE", position="政务公开办主任"),
    By(person="p-zhou", role="PRINCIPAL_LEADER", position="局长"),
)


@cache
def example(kind: str) -> Json:
    data: Json = json.loads((CONTRACTS / f"{kind}.v1.json").read_text("utf-8"))["data"]
    return data


@cache
def explained(days: int) -> Json:
    """A computed date with its whole explanation, as it stands in facts."""
    rule = Rule(id="OGI-26", title="《政府信息公开条例》", article="第二十六条")
    term = Term(n=days, unit=Unit.WORKING_DAY)
    return due(Calendar.of(calendar_years()), DAY, term, rule).wire()


def filled(kind: str, n: int) -> Json:
    """The example of an event as the n-th item's."""
    return example(kind) | {"itemId": item_id(n), "publishBy": explained(20)}


def item_id(n: int) -> str:
    return derived_id("benchmark", str(n))


def catalog(n: int) -> Iterator[Step]:
    """Seven facts; every fifth item is returned once and has ten."""
    about = Particulars.model_validate(filled("catalog.item-drafted", n))
    drafter = about.drafter

    def step(command: Any) -> Step:
        return ITEM, about.item_id, command

    yield step(DraftItem(about))
    yield step(ReviseItem(about.model_copy(update={"manifest_hash": "ab" * 32}), drafter))
    yield step(SubmitItem(drafter, "default"))
    revision = 1
    if n % 5 == 0:
        yield step(NoteProgress(1, "RETURNED", reason_from=f"review-{about.item_id}-1:2"))
        yield step(ReviseItem(about, drafter))
        yield step(SubmitItem(drafter, "default"))
        revision = 2
    yield step(NoteProgress(revision, "APPROVED", DAY))
    yield step(Reschedule(explained(5)))
    yield step(NoteProgress(revision, "PUBLISHED", DAY, ring=0))
    yield step(NoteProgress(revision, "PUBLISHED", DAY, ring=1))
    yield step(NoteProgress(revision, "COMPLETED", DAY))


def approval(n: int) -> Iterator[Step]:
    """Five facts; every fifth review ends with a return after two."""
    about = Submission.model_validate(filled("catalog.item-submitted", n))
    cleared = Cleared(
        manifest_hash=about.manifest_hash, title="关于公布名册的通知", doc_no="临司〔2026〕12号"
    )
    key = review_key(about.item_id, about.revision)
    review = approval_streams.REVIEW
    yield review, key, OpenReview(submission=about, chain=DEFAULT)
    for number, by in enumerate(PASSING):
        seen: Json = {"by": by, "at": AT, "manifest_hash": about.manifest_hash}
        if n % 5 == 0 and number == 1:
            yield review, key, ReturnItem(**seen, reason_hash=ADDRESS)
            return
        yield review, key, PassStep(**seen, cleared=cleared, withheld_id=key)


def publisher(n: int) -> Iterator[Step]:
    """Eighteen facts in five streams: inside first, then website, WeChat and board."""
    cleared = Clearance.model_validate(filled("approval.item-approved", n))
    until = PostUntil(date=DAY + timedelta(days=30), rule=explained(20))
    matrix = {ring.scope: frozenset(ring.channels) for ring in cleared.rings}
    item = cleared.item_id
    yield PUBLICATION, item, OpenPublication(cleared)
    number = f"330105001/2026-{n + 1:05}"
    yield PUBLICATION, item, ReleaseItem("p-wang", DAY, number, n + 1, until, matrix)
    planned = [(r, ring.scope, c) for r, ring in enumerate(cleared.rings) for c in ring.channels]
    for ring, scope, channel in planned:
        key = delivery_key(item, ring, channel, 1)
        plan = PlanDelivery(item, 1, 1, ring, scope, channel, cleared.manifest_hash)
        yield DELIVERY, key, plan
    for ring, _, channel in planned:
        key = delivery_key(item, ring, channel, 1)
        if channel == "WECHAT":
            yield DELIVERY, key, SubmitDelivery(f"publish-{n}")
        evidence = (
            Evidence(kind="URL", ref=f"/a/{cleared.agency}/i/{item}.html", sha256="ab" * 32),
        )
        yield DELIVERY, key, ConfirmDelivery(DAY, "service:publisher", evidence)
        yield PUBLICATION, item, NoteConfirmed(1, ring, channel, DAY, evidence, until)


def feedback(n: int) -> Iterator[Step]:
    """Seven facts: an item public in two circles, and an opinion answered by two people."""
    about = example("publisher.item-published") | {"itemId": item_id(n)}
    circle = Circle(scope="PUBLIC", disclosing_body=about["disclosingBody"])
    for ring in (0, 1):
        opened = SubjectOpened(
            item_id=about["itemId"], revision=1, round=1, ring=ring, circle=circle,
            title=about["title"], index_no=about["indexNo"], published_on=DAY,
        )  # fmt: skip
        yield SUBJECT, about["itemId"], OpenSubject(opened)
    key = derived_id("benchmark", "opinion", str(n))
    for act in _opinion(key, n, about["itemId"], circle):
        yield FEEDBACK, key, asked.About(key, act)


def _opinion(key: str, n: int, item: str, circle: Circle) -> Iterator[Any]:
    yield asked.ReceiveFeedback(
        feedback_id=key, kind=Kind.OPINION, channel=Channel.WEB, item_id=item, circle=circle,
        published_on=DAY, closed_on=None, received_on=DAY, today=DAY, recorded_by="citizen",
        person_ref=f"pr-{n}", text_commitment=ADDRESS, contact_commitment=ADDRESS,
        receipt_no=f"330105001-20260921-{n:06}",
    )  # fmt: skip
    yield asked.ScreenFeedback(Outcome.ACCEPTED, "p-wang")
    yield asked.AssignHandler("p-chen", "o-sfj-office", DAY, explained(5), "p-wang")
    yield asked.AnswerFeedback(ADDRESS, "p-chen")
    yield asked.ReleaseResult(ADDRESS, "ab" * 32, 120, True, "p-wang", "政务公开办主任", DAY)


# Audit decides nothing: its ledger is a record of its own and is verified, not rebuilt.
LIVES: Mapping[str, Callable[[int], Iterator[Step]]] = {
    "catalog": catalog,
    "approval": approval,
    "publisher": publisher,
    "feedback": feedback,
}
