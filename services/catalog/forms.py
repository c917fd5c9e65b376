"""What a clerk fills in, as one form: the same for JSON and for the page."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from services.catalog.contents import File
from services.catalog.domain.item_events import AffairsType, Attribute, Relation
from shared.events import Wire


class RingForm(Wire):
    scope: str
    audience: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class DutyForm(Wire):
    """五明确; `task` is text and goes to the text store."""

    task: str | None = None
    leader: str | None = None
    lead_organ: str | None = None
    deadline: date | None = None
    responsible: str | None = None


class DraftForm(Wire):
    """A draft as typed. Texts (title, body, reasons, basis) go to the content stores, not into facts."""

    agency: str
    title: str = Field(default="", max_length=200)
    doc_no: str | None = Field(default=None, max_length=60)
    body: str = ""
    files: tuple[File, ...] = ()
    kind: str = "DISCLOSURE"
    relations: tuple[Relation, ...] = ()
    disclosing_body: str = ""
    affairs_type: AffairsType = "GOVERNMENT"
    category: str = "ART20-15@gov-art20"
    attribute: Attribute = "PROACTIVE"
    ground: str | None = None
    ground_reason: str | None = Field(default=None, max_length=2000)
    rings: tuple[RingForm, ...] = ()
    duration_class: str = "IMMEDIATE"
    legal_basis: str | None = Field(default=None, max_length=2000)
    off_catalog_reason: str | None = Field(default=None, max_length=2000)
    stage: str | None = None
    event_on: date | None = None
    formed_on: date | None = None
    changed_on: date | None = None
    document_kind: str | None = None
    important: bool = False
    topic_tags: tuple[str, ...] = ()
    duty: DutyForm = DutyForm()
