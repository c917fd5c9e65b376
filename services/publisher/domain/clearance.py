"""What approval let pass: the text by its hash, and the rings it may be shown in."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.events import Json, Wire

HANDLING_RESULT = "HANDLING_RESULT"


class Ring(Wire):
    """One audience and its channels; rings are ordered from the inside out."""

    scope: str
    audience: tuple[str, ...] = ()
    channels: tuple[str, ...]
    required_channels: tuple[str, ...]
    lead_channel: str


class Clearance(Wire):
    """What was approved, and may therefore be shown: the only way to the public."""

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
    title: str
    doc_no: str | None = None
    attribute: str = "PROACTIVE"
    rings: tuple[Ring, ...]
    duration_class: str = "IMMEDIATE"
    important: bool = False
    determined_on: date
    release: Literal["OFFICE", "POLICY"] = "OFFICE"
    publish_by: Json | None = None
    obligation_id: str | None = None
    formed_on: date | None = None
    decisions: tuple[Json, ...] = ()
    feedback_id: str | None = None

    @property
    def due_on(self) -> date | None:
        return date.fromisoformat(self.publish_by["due"]) if self.publish_by else None

    @property
    def responds_to(self) -> str | None:
        """The item that a handling result answers."""
        found = (r["itemId"] for r in self.relations if r["type"] == "RESPONDS_TO")
        return next(found, None)
