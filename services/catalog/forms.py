"""What a clerk fills in, as one form: the same for JSON and for the page."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.catalog.contents import File
from services.catalog.domain.item_events import AffairsType, Attribute
from shared.events import Wire

# Ids and codes go into facts, so nothing typed by accident may fit: ASCII only.
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$")]
CodeOrNone = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._@-]{0,79})?$")]


class RingForm(Wire):
    scope: Code
    audience: tuple[Code, ...] = ()
    channels: tuple[Code, ...] = ()


class RelationForm(Wire):
    type: Code
    item_id: Code


class DutyForm(Wire):
    """五明确; `task` is text and goes to the text store."""

    task: str | None = Field(default=None, max_length=500)
    leader: CodeOrNone | None = None
    lead_organ: CodeOrNone | None = None
    deadline: date | None = None
    responsible: CodeOrNone | None = None


class DraftForm(Wire):
    """A draft as typed. Texts (title, body, reasons, basis) go to the content stores, not into facts."""

    agency: Code
    title: str = Field(default="", max_length=200)
    doc_no: str | None = Field(default=None, max_length=60)
    body: str = ""
    files: tuple[File, ...] = ()
    kind: Code = "DISCLOSURE"
    relations: tuple[RelationForm, ...] = ()
    disclosing_body: CodeOrNone = ""
    affairs_type: AffairsType | None = None  # what the category says
    category: Code = "ART20-15@gov-art20"
    attribute: Attribute = "PROACTIVE"
    ground: CodeOrNone | None = None
    ground_reason: str | None = Field(default=None, max_length=2000)
    rings: tuple[RingForm, ...] = ()
    duration_class: Code = "IMMEDIATE"
    legal_basis: str | None = Field(default=None, max_length=2000)
    off_catalog_reason: str | None = Field(default=None, max_length=2000)
    stage: CodeOrNone | None = None
    event_on: date | None = None
    formed_on: date | None = None
    changed_on: date | None = None
    document_kind: CodeOrNone | None = None
    important: bool = False
    topic_tags: tuple[Code, ...] = ()
    duty: DutyForm = DutyForm()
