"""Facts of the story, and a whole story told by its commands."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.approval.domain.chain import DEFAULT
from services.approval.domain.deciding import REVIEW_DECIDER
from services.approval.domain.events import ItemWithheld, ReviewOpened, ReviewStepPassed
from services.approval.domain.submission import By
from tests.approval.story import HASH, ITEM, LI, MONDAY, REASON, WANG, W, by, submission
from tests.spec import Spec

review = Spec(REVIEW_DECIDER)
opened = ReviewOpened(submission=submission(), steps=DEFAULT.steps, release="OFFICE")
DEPUTY = by("p-qian", "DEPUTY_LEADER", "副局长")


def decided(who: By, step: str) -> Any:
    return {
        "item_id": ITEM, "revision": 1, "manifest_hash": HASH, "step": step, "at": MONDAY,
        **who.model_dump(),
    }  # fmt: skip


def passed(who: By, step: str, following: str | None) -> ReviewStepPassed:
    return ReviewStepPassed(**decided(who, step), next_step=following)


secrecy = passed(LI, "SECRECY", "OFFICE")
office = passed(WANG, "OFFICE", "LEADER")


def run(*commands: Any) -> list[Any]:
    """All facts of a whole story, told by its commands."""
    facts: list[Any] = []
    for command in commands:
        facts += review.given(*facts).when(command).events()
    return facts


def withheld(who: By, step: str, ground: str, **more: Any) -> ItemWithheld:
    return ItemWithheld(
        **decided(who, step), mode=more.get("mode", "WITHHELD"), ground=ground, reason_hash=REASON,
        withheld_id=W, determined_on=date(2026, 11, 23), destroy_text=ground == "C1",
    )  # fmt: skip
