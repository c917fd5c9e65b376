"""Lawful erasure (依法销毁): one person asks, another decides, then the log destroys the key. Pure.

The leaves stay and still prove; what can no longer be read is told from what was taken away by the
log's own erasure entry. PIPL (个人信息保护法) article 47.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from services.audit.domain.refusals import (
    AlreadyDecided,
    AlreadyRequested,
    NoSuchErasure,
    NotPersonal,
    OwnRequest,
    ReasonNeeded,
)
from shared.decider import Decider
from shared.events import Codec, Event, Wire

# Streams in which the public speaks. What an agency does stands for ever.
PERSONAL = frozenset({"feedback", "request", "consultation"})

Basis = Literal["PIPL_47_1", "PIPL_47_2", "PIPL_47_3", "PIPL_47_4", "PIPL_47_5", "COURT"]
BASES: Mapping[str, str] = {
    "PIPL_47_1": "处理目的已实现、无法实现或者不再必要（个人信息保护法第四十七条第一款第一项）",
    "PIPL_47_2": "停止提供服务，或者保存期限已届满（同款第二项）",
    "PIPL_47_3": "个人撤回同意（同款第三项）",
    "PIPL_47_4": "违反法律、行政法规或者违反约定处理个人信息（同款第四项）",
    "PIPL_47_5": "法律、行政法规规定的其他情形（同款第五项）",
    "COURT": "人民法院的生效裁判",
}


class ErasureRequested(Event):
    type: Literal["audit.erasure-requested.v1"] = "audit.erasure-requested.v1"
    subject_id: str
    basis: Basis
    reason_hash: str
    requested_by: str


class ErasureApproved(Event):
    """The log destroys the key and says so in an entry of its own."""

    type: Literal["audit.erasure-approved.v1"] = "audit.erasure-approved.v1"
    subject_id: str
    basis: Basis
    office: str  # of whoever approves
    approved_by: str


class ErasureRefused(Event):
    type: Literal["audit.erasure-refused.v1"] = "audit.erasure-refused.v1"
    subject_id: str
    refused_by: str


class RequestErasure(Wire):
    """`categories` are those of all streams in which the subject appears."""

    subject_id: str
    categories: tuple[str, ...]
    basis: Basis
    reason_hash: str
    by: str


class DecideErasure(Wire):
    approve: bool
    by: str
    office: str


ErasureEvent = Annotated[
    ErasureRequested | ErasureApproved | ErasureRefused, Field(discriminator="type")
]
Command = RequestErasure | DecideErasure
Happened = ErasureRequested | ErasureApproved | ErasureRefused


class Stage(StrEnum):
    NEW = "NEW"
    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Erasure:
    stage: Stage = Stage.NEW
    subject_id: str = ""
    basis: Basis = "PIPL_47_1"
    by: str = ""


def decide(command: Command, erasure: Erasure) -> Sequence[Happened]:
    match command:
        case RequestErasure():
            return [_requested(command, erasure)]
        case DecideErasure():
            return [_decided(command, erasure)]


def _requested(command: RequestErasure, erasure: Erasure) -> ErasureRequested:
    if erasure.stage is not Stage.NEW:
        raise AlreadyRequested
    if not command.reason_hash:
        raise ReasonNeeded(field="reason")
    if not command.categories or not PERSONAL.issuperset(command.categories):
        raise NotPersonal(field="subjectId")
    return ErasureRequested(
        subject_id=command.subject_id, basis=command.basis, reason_hash=command.reason_hash,
        requested_by=command.by,
    )  # fmt: skip


def _decided(command: DecideErasure, erasure: Erasure) -> Happened:
    if erasure.stage is Stage.NEW:
        raise NoSuchErasure
    if erasure.stage is not Stage.REQUESTED:
        raise AlreadyDecided
    if command.by == erasure.by:
        raise OwnRequest
    if not command.approve:
        return ErasureRefused(subject_id=erasure.subject_id, refused_by=command.by)
    return ErasureApproved(
        subject_id=erasure.subject_id, basis=erasure.basis, office=command.office,
        approved_by=command.by,
    )  # fmt: skip


def evolve(erasure: Erasure, event: Happened) -> Erasure:
    match event:
        case ErasureRequested():
            return Erasure(Stage.REQUESTED, event.subject_id, event.basis, event.requested_by)
        case ErasureApproved():
            return replace(erasure, stage=Stage.APPROVED)
        case ErasureRefused():
            return replace(erasure, stage=Stage.REFUSED)


ERASURE: Decider[Command, Erasure, Happened] = Decider(Erasure(), decide, evolve)
CODEC: Codec[Happened] = Codec(ErasureEvent)
