"""Who may read a review or the withheld register, and with which role a person decides."""

from __future__ import annotations

from services.approval.domain.errors import DecidedBefore, DrafterDecides
from services.approval.domain.submission import By
from services.approval.queries import ReviewRow
from shared import directory
from shared.caller import Asking, NotYours
from shared.db import Db

READERS = ("DISCLOSURE_OFFICE", "SECRECY_REVIEWER", "DEPUTY_LEADER", "PRINCIPAL_LEADER")
SUPERVISOR = "SUPERVISOR"


async def supervised(caller: Asking, db: Db) -> frozenset[str]:
    """Agencies the person inspects: where the role is held, and all below."""
    tops = {grant.agency for grant in caller.grants if grant.role == SUPERVISOR}
    return frozenset([id for top in tops for id in await directory.subtree(db, top)])


async def require_reader(caller: Asking, db: Db, review: ReviewRow) -> None:
    """Authors, everybody in the chain, the readers' roles, and inspectors. Raises NotYours."""
    if caller.is_service or caller.person in review.people:
        return
    chain = {role for step in review.steps for role in step.roles}
    if any(caller.has(role, review.agency) for role in chain.union(READERS)):
        return
    if review.agency not in await supervised(caller, db):
        raise NotYours("您没有查看该件审查情况的职责")


async def read_agencies(caller: Asking, db: Db) -> tuple[str, ...]:
    """Whose reviews the person may all read."""
    own = {grant.agency for grant in caller.grants if grant.role in READERS}
    return tuple(sorted(own | await supervised(caller, db)))


async def register_agencies(caller: Asking, db: Db) -> tuple[str, ...]:
    """Whose withheld register the person may read. Raises NotYours when there is none."""
    agencies = await read_agencies(caller, db)
    if not agencies:
        raise NotYours("您没有查看不予公开登记的职责")
    return agencies


def why_not(caller: Asking, review: ReviewRow) -> str | None:
    """Why this person cannot decide the waiting step, in Chinese; None when they can."""
    if review.waiting is None:
        return "该件已审结，无需办理"
    if caller.person in review.submission.authors:
        return DrafterDecides.text
    if caller.person in review.people:
        return DecidedBefore.text
    if not any(caller.has(role, review.agency) for role in review.roles):
        return f"当前环节是「{review.waiting.name}」，不由您的职责办理"
    return None


def acting_as(caller: Asking, review: ReviewRow) -> By:
    """The grant that fits the waiting step, else any in that agency: the domain says what is wrong.

    Raises NotYours when the person holds nothing in the item's agency.
    """
    held = [grant for grant in caller.grants if grant.agency == review.agency]
    if not held:
        raise NotYours
    fitting = [grant for grant in held if grant.role in review.roles]
    grant = (fitting or held)[0]
    return By(person=caller.person, role=grant.role, position=grant.position)
