"""What can have happened to an item. Free text is not here: only addresses and the manifest's hash."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.events import Codec, Event, Json, Wire

Attribute = Literal["PROACTIVE", "ON_REQUEST", "WITHHELD"]
AffairsType = Literal["PARTY", "GOVERNMENT"]


class Duty(Wire):
    """Duty assignment 五明确: task, leader, lead section, deadline, responsible person (S3-20)."""

    task_hash: str | None = None
    leader: str | None = None
    lead_organ: str | None = None
    deadline: date | None = None
    responsible: str | None = None


class Ring(Wire):
    """One audience of an item and its channels; rings are ordered from the inside out."""

    scope: str
    audience: tuple[str, ...] = ()
    channels: tuple[str, ...] = Field(min_length=1)
    required_channels: tuple[str, ...]
    lead_channel: str


class Relation(Wire):
    """How this item relates to another: RESPONDS_TO, INTERPRETS, CHANGES, REVOKES."""

    type: str
    item_id: str


class Particulars(Wire):
    """Everything an item event carries (architecture 1, "what the four must carry")."""

    item_id: str
    revision: int
    kind: str = "DISCLOSURE"
    relations: tuple[Relation, ...] = ()
    agency: str
    disclosing_body: str
    affairs_type: AffairsType
    category: str
    policy_agency: str
    policy_version: str
    manifest_hash: str
    entry_id: str | None = None
    off_catalog_reason: str | None = None  # address of the text
    obligation_id: str | None = None
    duty: Duty = Duty()
    attribute: Attribute = "PROACTIVE"
    ground: str | None = None
    ground_reason_hash: str | None = None
    rings: tuple[Ring, ...] = ()
    duration_class: str
    legal_basis: tuple[str, ...] = ()
    stage: str | None = None
    event_on: date | None = None
    formed_on: date | None = None
    changed_on: date | None = None
    document_kind: str | None = None
    important: bool = False
    topic_tags: tuple[str, ...] = ()
    drafter: str
    position: str = ""
    publish_by: Json | None = None


class ItemDrafted(Particulars, Event):
    """拟稿."""

    type: Literal["catalog.item-drafted.v1"] = "catalog.item-drafted.v1"


class ItemRevised(Particulars, Event):
    """修改."""

    type: Literal["catalog.item-revised.v1"] = "catalog.item-revised.v1"


class ItemSubmitted(Particulars, Event):
    """送审: the revision is locked."""

    type: Literal["catalog.item-submitted.v1"] = "catalog.item-submitted.v1"
    submitted_by: str
    chain: str = "default"


class ItemWithdrawnByDrafter(Event):
    """撤回."""

    type: Literal["catalog.item-withdrawn-by-drafter.v1"] = "catalog.item-withdrawn-by-drafter.v1"
    item_id: str
    revision: int
    by: str


class ItemProgressed(Event):
    """What the other services told: a working fact, so that the workbench can be rebuilt.

    `ring` counts from 0; `fulfilled`: the duty to publish is met in every ring, or void.
    """

    type: Literal["catalog.item-progressed.v1"] = "catalog.item-progressed.v1"
    item_id: str
    revision: int
    status: Literal["RETURNED", "APPROVED", "WITHHELD", "PUBLISHED", "COMPLETED"]
    reason_from: str | None = None
    on: date | None = None
    ring: int | None = None
    destroyed: bool = False
    fulfilled: bool = False


class ObligationRescheduled(Event):
    """期限重算: another clock has started, or a calendar year was published."""

    type: Literal["catalog.obligation-rescheduled.v1"] = "catalog.obligation-rescheduled.v1"
    item_id: str
    obligation_id: str | None
    publish_by: Json


class ObligationMissed(Event):
    """逾期未公开."""

    type: Literal["catalog.obligation-missed.v1"] = "catalog.obligation-missed.v1"
    item_id: str
    obligation_id: str | None
    due_on: date


ItemEvent = (
    ItemDrafted
    | ItemRevised
    | ItemSubmitted
    | ItemWithdrawnByDrafter
    | ItemProgressed
    | ObligationRescheduled
    | ObligationMissed
)
ITEM_CODEC: Codec[ItemEvent] = Codec(Annotated[ItemEvent, Field(discriminator="type")])
