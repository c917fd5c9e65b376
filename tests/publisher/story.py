"""The people, rules and texts of publisher's tests, named once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.publisher.domain.clearance import Clearance, Ring
from services.publisher.domain.commands import NoteConfirmed, OpenPublication, ReleaseItem
from services.publisher.domain.events import Evidence, PostUntil
from services.publisher.releasing import matrix_of
from shared.events import Json
from tests.approval.story import contract, text

AGENCY = "linjiang-sfj"
TOP = "linjiang"
NEIGHBOUR = "linjiang-mzj"
ITEM = "0199a3c0-0000-7000-8000-000000000001"
OTHER = "0199a3c0-0000-7000-8000-000000000002"
TITLE = "关于公布2026年度法律援助机构名册的通知"
DOC_NO = "临司〔2026〕12号"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
NOTICE = text(TITLE, "<h2>一、名册</h2><p>现将法律援助机构名册予以公布。</p>", doc_no=DOC_NO)
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)

INSIDE: Json = {
    "scope": "WITHIN_ORG", "audience": ["o-branch-1"], "channels": ["INTRANET"],
    "requiredChannels": ["INTRANET"], "leadChannel": "INTRANET",
}  # fmt: skip


def public(*channels: str, required: tuple[str, ...] = ()) -> Json:
    """A ring for everybody; the first channel leads."""
    return {
        "scope": "PUBLIC", "audience": [], "channels": list(channels),
        "requiredChannels": list(required or channels), "leadChannel": channels[0],
    }  # fmt: skip


def inside(scope: str, *audience: str, channels: tuple[str, ...] = ("INTRANET",)) -> Json:
    return {
        "scope": scope, "audience": list(audience), "channels": list(channels),
        "requiredChannels": list(channels), "leadChannel": channels[0],
    }  # fmt: skip


def approval(**changes: Any) -> Json:
    """The agreed ItemApproved, with something changed."""
    return contract("approval.item-approved.v1") | {"policyAgency": "national"} | changes


def cleared(**changes: Any) -> Clearance:
    return Clearance.model_validate(approval(**changes))


def rings(*given: Json) -> tuple[Ring, ...]:
    return tuple(Ring.model_validate(ring) for ring in given)


OPEN_END = PostUntil(open=True)
MATRIX: dict[str, frozenset[str]] = dict(
    matrix_of(
        {
            "scopes": {
                "PUBLIC": {"channels": ["WEBSITE", "WECHAT", "NOTICE_BOARD", "MEETING"]},
                "WITHIN_ORG": {"channels": ["INTRANET", "MEETING", "DOCUMENT"]},
                "PARTY_ONLY": {"channels": ["INTRANET", "MEETING"]},
            }
        }
    )
)
URL = Evidence(kind="URL", ref="/a/x.html", sha256="ab" * 32)


def opening(**changes: Any) -> OpenPublication:
    return OpenPublication(cleared(**changes))


def releasing(number: str = "330105001/2026-00001", serial: int | None = 1) -> ReleaseItem:
    return ReleaseItem("p-wang", DAY, number, serial, OPEN_END, MATRIX)


def noting(
    ring: int = 0, channel: str = "INTRANET", on: date = DAY, round: int = 1,
    until: PostUntil = OPEN_END,
) -> NoteConfirmed:  # fmt: skip
    return NoteConfirmed(round, ring, channel, on, (URL,), until)
