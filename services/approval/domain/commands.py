"""What people and other services may ask of approval. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime

from services.approval.domain.chain import Chain
from services.approval.domain.submission import By, Cleared, Mode, Submission
from shared.events import Wire


class OpenReview(Wire):
    """A revision was submitted; `chain` is the agency's, from the item's policy version."""

    submission: Submission
    chain: Chain


class PassStep(Wire):
    """Approve 通过 the waiting step. `manifest_hash`: what the person saw; `cleared`: what was verified."""

    by: By
    at: datetime
    manifest_hash: str
    cleared: Cleared
    note_hash: str | None = None
    withheld_id: str


class ReturnItem(Wire):
    """Return 退回 to the drafter, with the address of the written reason."""

    by: By
    at: datetime
    manifest_hash: str
    reason_hash: str | None


class WithholdItem(Wire):
    """Withhold 不予公开 or defer 暂缓公开 on a legal ground, with a written reason (S2-24, S4-03)."""

    by: By
    at: datetime
    manifest_hash: str
    mode: Mode
    ground: str
    reason_hash: str | None
    withheld_id: str


class CancelReview(Wire):
    """The drafter withdrew 撤回 the revision."""

    by: str
    at: datetime


ReviewCommand = OpenReview | PassStep | ReturnItem | WithholdItem | CancelReview


class RegisterWithheld(Wire):
    """Enter a withheld item into the register. `interval_months`: the policy's, calendar months."""

    withheld_id: str
    item_id: str
    revision: int
    neutral_title_hash: str
    ground: str
    mode: Mode
    reason_hash: str | None
    on: date
    interval_months: int


class RaiseReReview(Wire):
    """The day of the periodic review has come (S2-19)."""

    at: datetime


WithheldCommand = RegisterWithheld | RaiseReReview
