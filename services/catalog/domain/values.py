"""Values of the catalog: ids and codes that can hold no free text, rings, duty, relations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.policy.model import Channel, Role, Scope
from shared.events import Wire

# ASCII only, so that nothing typed by accident becomes part of a fact.
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$")]
Address = Annotated[str, Field(pattern=r"^t1:[0-9a-f]{64}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]

Roles = tuple[Role, ...]
AffairsType = Literal["PARTY", "GOVERNMENT"]
Attribute = Literal["PROACTIVE", "ON_REQUEST", "WITHHELD"]
Stage = Literal["DECISION", "IMPLEMENTATION", "MANAGEMENT", "SERVICE", "RESULT"]
ItemKind = Literal[
    "DISCLOSURE", "CHANGE_NOTICE", "REVOCATION_NOTICE", "CLARIFICATION", "INTERPRETATION",
    "CONSULTATION", "CONSULTATION_RESULT", "HANDLING_RESULT", "RECTIFICATION_REPORT",
    "ANNUAL_REPORT",
]  # fmt: skip
DocumentKind = Literal[
    "POLICY", "NORMATIVE", "NOTICE", "ANNOUNCEMENT", "DECISION", "REPLY", "REPORT", "PLAN",
    "STATISTICS", "LIST", "MINUTES", "OTHER",
]  # fmt: skip
OrganKind = Literal[
    "LEADING_GROUP", "LEADING_GROUP_OFFICE", "PARTY_COMMITTEE", "PARTY_BRANCH",
    "DISCIPLINE_GROUP", "DISCLOSURE_OFFICE", "SECTION", "INSTITUTION",
]  # fmt: skip
RelationType = Literal["CHANGES", "REVOKES", "CLARIFIES", "INTERPRETS", "REPLACES", "CONCERNS"]

# Scopes that stay inside; outside comes after them (先党内、后党外).
OUTSIDE: Scope = "PUBLIC"


class Ring(Wire):
    """Ring 公开范围: one audience with its channels; rings are delivered in their order.

    `audience` names organs (or persons for SPECIFIC_PERSONS); empty means all of the scope.
    """

    scope: Scope
    audience: tuple[Key, ...] = ()
    channels: tuple[Channel, ...] = Field(min_length=1)
    required_channels: tuple[Channel, ...] = ()
    lead_channel: Channel | None = None


class Duty(Wire):
    """Duty assignment 五明确 (S3-20): task, leader, lead section, deadline, responsible person."""

    task_hash: Address | None = None
    leader: Key | None = None
    lead_organ: Key | None = None
    deadline: date | None = None
    responsible: Key | None = None


class Relation(Wire):
    """How an item relates to an earlier one."""

    type: RelationType
    item_id: Key
