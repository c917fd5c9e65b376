"""The two aggregates as the kernel sees them."""

from __future__ import annotations

from services.approval.domain.commands import ReviewCommand, WithheldCommand
from services.approval.domain.deciding import REVIEW_DECIDER
from services.approval.domain.events import (
    REVIEW_CODEC,
    WITHHELD_CODEC,
    ReviewEvent,
    WithheldEvent,
)
from services.approval.domain.review import Review
from services.approval.domain.withheld import WITHHELD_DECIDER, Withheld
from services.approval.projections import project_review, project_withheld
from services.approval.published import publish_review, publish_withheld
from shared.facts import Aggregate

REVIEW: Aggregate[ReviewCommand, Review, ReviewEvent] = Aggregate(
    "review", REVIEW_DECIDER, REVIEW_CODEC, project_review, publish_review
)
WITHHELD: Aggregate[WithheldCommand, Withheld, WithheldEvent] = Aggregate(
    "withheld", WITHHELD_DECIDER, WITHHELD_CODEC, project_withheld, publish_withheld
)
