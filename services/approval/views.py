"""What the review page shows: the text as submitted, the chain, decisions, comparison, who may decide."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import nh3
from markupsafe import Markup
from pydantic import ValidationError

from services.approval import queries
from services.approval.clearing import content_of, names_of
from services.approval.comparison import Change, compare
from services.approval.domain.manifest import Content
from services.approval.queries import DecisionRow, ReviewRow
from services.approval.rights import why_not
from shared import directory, reference
from shared.caller import Asking
from shared.db import Db
from shared.errors import DomainError, NotFound
from shared.workdays import Explained, legal_day


@dataclass(frozen=True)
class ReviewView:
    """Everything on the page. Without `content` nobody may decide; `away` says why it is missing."""

    review: ReviewRow
    agency_name: str
    category: str
    content: Content | None
    away: str
    decisions: tuple[DecisionRow, ...]
    texts: dict[str, str | None]
    names: dict[str, str]
    candidates: tuple[str, ...]
    previous: ReviewRow | None
    changes: tuple[Change, ...] | None
    why_not: str | None
    today: date

    @property
    def body(self) -> Markup:
        """The text once more made safe: scripts, handlers and foreign schemes never reach the page."""
        return Markup(nh3.clean(self.content.body)) if self.content else Markup()  # noqa: S704

    @property
    def may_decide(self) -> bool:
        return self.content is not None and self.why_not is None

    @property
    def explained(self) -> str:
        """The deadline's own explanation; empty when catalog sent none."""
        try:
            return Explained.model_validate(self.review.submission.publish_by).text()
        except ValidationError:
            return ""

    def name(self, person: str) -> str:
        return self.names.get(person, person)

    def round_decisions(self) -> dict[str, DecisionRow]:
        """This round's decision by step."""
        now = (d for d in self.decisions if d.version > self.review.opened_version)
        return {d.step: d for d in now}


async def view_of(caller: Asking, review: ReviewRow) -> ReviewView:
    """The page's data; catalog being away costs the text, not the page."""
    async with caller.reading() as db:
        decided = await queries.decisions(db, review.key)
        texts = await caller.texts.many(db, [d.text_hash for d in decided])
        earlier = await queries.previous(db, review.item_id, review.revision)
        candidates = await _candidates(caller, db, review)
        agency = await directory.agency(db, review.agency)
        category = await _category(db, review)
        organs = {o.organ: o.name for o in await directory.organs(db, review.agency)}
    content, away = await _content(caller, review)
    audience = {person for ring in review.submission.rings for person in ring.audience}
    people = {*review.submission.authors, *candidates, *audience} - organs.keys()
    return ReviewView(
        review=review, agency_name=agency.name, category=category, content=content, away=away,
        decisions=decided, texts=texts,
        names=organs | await names_of(caller, people | {d.person for d in decided}),
        candidates=candidates, previous=earlier, changes=await _changes(caller, earlier, content),
        why_not=why_not(caller, review), today=legal_day(caller.now),
    )  # fmt: skip


async def _content(caller: Asking, review: ReviewRow) -> tuple[Content | None, str]:
    try:
        return await content_of(caller, review.manifest_hash), ""
    except NotFound:
        return None, "信息目录中没有这份文本（可能已按规定销毁），不能办理"
    except DomainError as refusal:
        return None, refusal.detail


async def _changes(
    caller: Asking, earlier: ReviewRow | None, content: Content | None
) -> tuple[Change, ...] | None:
    """None when there is no earlier text, it cannot be had, or both are too long to compare."""
    if earlier is None or content is None:
        return None
    try:
        before = await content_of(caller, earlier.manifest_hash)
    except DomainError:
        return None
    return await asyncio.to_thread(compare, before, content)


async def _category(db: Db, review: ReviewRow) -> str:
    about = review.submission
    policy = await reference.policy_version(db, about.policy_agency, about.policy_version)
    return policy.category_name(about.category)


async def _candidates(caller: Asking, db: Db, review: ReviewRow) -> tuple[str, ...]:
    """Who may decide the waiting step: its roles' holders who have not touched this revision."""
    today = legal_day(caller.now)
    found: dict[str, Any] = {}
    for role in review.roles:
        for grant in await directory.holders(db, review.agency, role, today):
            found[grant.person] = grant
    return tuple(person for person in found if person not in review.people)
