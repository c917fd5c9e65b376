"""What catalog submitted, as far as approval has to carry it on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.events import Json, Wire

Attribute = Literal["PROACTIVE", "ON_REQUEST", "WITHHELD"]
Mode = Literal["WITHHELD", "DEFERRED"]

CLASSIFIED = "C1"
GROUNDS = {
    "C1": "属于国家秘密",
    "C2": "其他法律、行政法规禁止公开",
    "C3": "可能危及国家安全、公共安全、经济安全、社会稳定",
    "C4": "涉及商业秘密、个人隐私等，公开会损害第三方合法权益",
    "C5": "人事管理、后勤管理、内部工作流程等内部事务信息",
    "C6": "讨论记录、过程稿、磋商信函、请示报告等过程性信息",
    "C7": "行政执法案卷信息",
    "C8": "有专门查询办法的登记资料等行政查询事项",
}


class Ring(Wire):
    """Ring 公开范围: one audience, its channels, which of them must succeed and which leads."""

    scope: str
    audience: tuple[str, ...] = ()
    channels: tuple[str, ...]
    required_channels: tuple[str, ...] | None = None
    lead_channel: str | None = None

    def complete(self) -> Ring:
        """With required and leading channel named, as ItemApproved promises."""
        lead = self.lead_channel or next(iter(self.channels), None)
        required = self.required_channels
        return self.model_copy(
            update={
                "lead_channel": lead,
                "required_channels": self.channels[:1] if required is None else required,
            }
        )


class Decision(Wire):
    """Decision 审查意见: who passed which step, in which position, having seen which text."""

    step: str
    person: str
    role: str
    position: str
    manifest_hash: str
    decided_at: datetime


class Carried(Wire):
    """The fields that go from submission to approval unchanged (architecture 1)."""

    item_id: str
    revision: int
    kind: str = "DISCLOSURE"
    relations: tuple[Json, ...] = ()
    agency: str
    disclosing_body: str
    affairs_type: str
    category: str
    policy_agency: str
    policy_version: str
    manifest_hash: str
    attribute: Attribute
    rings: tuple[Ring, ...] = ()
    duration_class: str
    important: bool = False
    publish_by: Json | None = None
    obligation_id: str | None = None
    formed_on: date | None = None
    event_on: date | None = None
    changed_on: date | None = None
    drafter: str


class Submission(Carried):
    """Submission 送审: a locked revision waiting to be decided on."""

    ground: str | None = None
    ground_reason_hash: str | None = None
    document_kind: str | None = None
    submitted_by: str
    chain: str = "default"

    @property
    def authors(self) -> frozenset[str]:
        """Who may not decide on it."""
        return frozenset((self.drafter, self.submitted_by))

    def carried(self) -> Json:
        """For ItemApproved."""
        kept = {name: getattr(self, name) for name in Carried.model_fields}
        return kept | {"rings": tuple(ring.complete() for ring in self.rings)}


class By(Wire):
    """Who decides, with the role and position held in the item's agency."""

    person: str
    role: str
    position: str


class Cleared(Wire):
    """Title and document number of the manifest, read from the verified content (S2-20)."""

    manifest_hash: str
    title: str = Field(min_length=1)
    doc_no: str | None = None
