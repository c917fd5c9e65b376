"""The people, texts and facts of approval's tests, named once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from services.approval.domain.chain import DEFAULT, Chain, Step
from services.approval.domain.commands import (
    CancelReview,
    OpenReview,
    PassStep,
    ReturnItem,
    WithholdItem,
)
from services.approval.domain.submission import By, Cleared, Submission
from shared.events import Json

CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"
AGENCY = "linjiang-sfj"
ITEM = "0199a3c0-0000-7000-8000-000000000001"
W = "0199a3c0-0000-7000-8000-0000000000aa"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
REASON = "t1:" + "ab" * 32


def contract(type: str) -> Json:
    """The agreed example of a published event."""
    data: Json = json.loads((CONTRACTS / f"{type}.json").read_text("utf-8"))["data"]
    return data


def sha(data: bytes) -> str:
    return sha256(data).hexdigest()


def text(title: str, body: str, files: dict[str, bytes] | None = None, doc_no: str = "") -> Json:
    """What catalog answers for a submitted revision."""
    parts = [{"role": "BODY", "name": "正文", "mediaType": "text/html", "data": body.encode()}]
    for name, data in (files or {}).items():
        kind = "application/octet-stream"
        parts.append({"role": "ATTACHMENT", "name": name, "mediaType": kind, "data": data})
    listed = [
        {k: v for k, v in part.items() if k != "data"}
        | {"length": len(part["data"]), "sha256": sha(part["data"])}  # type: ignore[arg-type]
        for part in parts
    ]
    manifest = {"nonce": "0" * 32, "title": title, "docNo": doc_no or None, "parts": listed}
    return {"manifest": manifest, "parts": {sha(body.encode()): {"text": body}}}


def hash_of(answer: Json) -> str:
    return sha(orjson.dumps(answer["manifest"], option=orjson.OPT_SORT_KEYS))


NOTICE = text("关于公布2026年度法律援助机构名册的通知", "<p>现将名册予以公布。</p>")
HASH = "9f2c" + "0" * 56 + "beef"


def submission(**changes: Any) -> Submission:
    """The agreed ItemSubmitted, with something changed."""
    return Submission.model_validate(contract("catalog.item-submitted.v1") | changes)


def by(person: str, role: str, position: str = "科员") -> By:
    return By(person=person, role=role, position=position)


LI = by("p-li", "SECRECY_REVIEWER", "保密审查员")
WANG = by("p-wang", "DISCLOSURE_OFFICE", "政务公开办主任")
ZHOU = by("p-zhou", "PRINCIPAL_LEADER", "局长")


def step(name: str, *roles: str, when: str | None = None) -> Step:
    return Step(step=name, roles=roles, when=when)


# S2-23: the office reviews, the head or a deputy of the leading group approves.
OFFICE_CHAIN = Chain(
    steps=(
        step("SECRECY", "SECRECY_REVIEWER"),
        step("OFFICE", "DISCLOSURE_OFFICE"),
        step("LEADER", "PRINCIPAL_LEADER", "DEPUTY_LEADER"),
    )
)
# S3-14: the deputy in charge reviews, the principal leader approves.
LEADER_CHAIN = Chain(
    steps=(
        step("SECRECY", "SECRECY_REVIEWER"),
        step("DEPUTY", "DEPUTY_LEADER"),
        step("LEADER", "PRINCIPAL_LEADER"),
    )
)


def opening(chain: Chain = DEFAULT, **changes: Any) -> OpenReview:
    return OpenReview(submission=submission(**changes), chain=chain)


def passing(
    by: By, at: datetime = MONDAY, seen: str = HASH, cleared: str = HASH, note: str | None = None
) -> PassStep:
    clear = Cleared(
        manifest_hash=cleared,
        title="关于公布2026年度法律援助机构名册的通知",
        doc_no="临司〔2026〕12号",
    )
    return PassStep(by=by, at=at, manifest_hash=seen, cleared=clear, note_hash=note, withheld_id=W)


def returning(by: By, reason: str | None = REASON, seen: str = HASH) -> ReturnItem:
    return ReturnItem(by=by, at=MONDAY, manifest_hash=seen, reason_hash=reason)


def withholding(
    by: By,
    ground: str = "C4",
    reason: str | None = REASON,
    mode: Any = "WITHHELD",
    seen: str = HASH,
) -> WithholdItem:
    return WithholdItem(
        by=by, at=MONDAY, manifest_hash=seen, mode=mode, ground=ground, reason_hash=reason,
        withheld_id=W,
    )  # fmt: skip


def cancelling() -> CancelReview:
    return CancelReview(by="p-chen", at=MONDAY)
