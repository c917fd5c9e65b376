"""The policy's words on withheld records: how often they are looked at again, and their neutral title."""

from __future__ import annotations

from datetime import date

from services.approval.queries import ReviewRow
from shared import reference
from shared.db import Db
from shared.events import Wire

YEARLY = 12


class WithheldReview(Wire):
    """`months`: calendar months between two reviews (OGI Regulations art. 18)."""

    months: int = YEARLY


class WithheldPolicy(Wire):
    """What approval reads of a policy set."""

    withheld_review: WithheldReview = WithheldReview()


async def review_interval(db: Db, review: ReviewRow) -> int:
    """Calendar months, from the policy version the item was submitted under."""
    about = review.submission
    policy = await reference.policy_version(db, about.policy_agency, about.policy_version)
    return WithheldPolicy.model_validate(policy.data).withheld_review.months


def neutral_title(mode: str, on: date) -> str:
    """A title that betrays nothing."""
    kind = "暂缓公开" if mode == "DEFERRED" else "不予公开"
    return f"{kind}事项（{on.isoformat()}登记）"
