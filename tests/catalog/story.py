"""The agencies, people and words of catalog's tests, named once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.catalog.domain.item_events import Duty, Particulars, Ring
from services.catalog.policy.files import policy_set
from services.catalog.policy.model import PolicySet
from shared.events import Json

CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"
TOP, SFJ, MZJ = "linjiang", "linjiang-sfj", "linjiang-mzj"
ITEM = "0199a3c0-0000-7000-8000-000000000001"
OTHER_ITEM = "0199a3c0-0000-7000-8000-000000000002"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NATIONAL = PolicySet.model_validate(policy_set())
REASON = "t1:" + "ab" * 32
HASH = "9f2c" + "0" * 56 + "beef"

AGENCIES = {
    TOP: ("临江市政务公开办公室", None, "330105000"),
    SFJ: ("临江市司法局", TOP, "330105001"),
    MZJ: ("临江市民政局", TOP, "330105002"),
}
ORGANS = {"o-top": TOP, "o-sfj-office": SFJ, "o-branch-1": SFJ, "o-mzj-office": MZJ}
PEOPLE = {
    "p-admin": ("孙晓明", "o-top", "系统管理员", ["ADMINISTRATOR"]),
    "p-he": ("何静", "o-top", "督查员", ["SUPERVISOR"]),
    "p-chen": ("陈芳", "o-sfj-office", "科员", ["DRAFTER"]),
    "p-liu": ("刘洋", "o-sfj-office", "副科长", ["DRAFTER"]),
    "p-zhou": ("周建国", "o-sfj-office", "局长", ["PRINCIPAL_LEADER"]),
    "p-tang": ("唐敏", "o-mzj-office", "科员", ["DRAFTER"]),
}

FORM: Json = {
    "agency": SFJ,
    "title": "关于公布法律援助机构名册的通知",
    "docNo": "临司〔2026〕12号",
    "body": "各区县司法局：\n现将名册予以公布。",
    "disclosingBody": "o-sfj-office",
    "affairsType": "GOVERNMENT",
    "category": "ART20-1@gov-art20",
    "attribute": "PROACTIVE",
    "rings": [
        {"scope": "WITHIN_ORG", "audience": ["o-branch-1"], "channels": ["INTRANET"]},
        {"scope": "PUBLIC", "audience": [], "channels": ["WEBSITE", "WECHAT"]},
    ],
    "durationClass": "IMMEDIATE",
    "legalBasis": "《政府信息公开条例》第二十条",
    "formedOn": "2026-11-20",
    "stage": "RESULT",
    "documentKind": "NOTICE",
    "duty": {
        "task": "公布名册",
        "leader": "p-zhou",
        "leadOrgan": "o-sfj-office",
        "deadline": "2026-12-18",
        "responsible": "p-chen",
    },
}  # fmt: skip


def form(**changes: Any) -> Json:
    """The form of the story, with changes by wire name."""
    return FORM | changes


def contract(type: str) -> Json:
    """The agreed example of a published event."""
    data: Json = json.loads((CONTRACTS / f"{type}.json").read_text("utf-8"))["data"]
    return data


def particulars(**changes: Any) -> Particulars:
    """The item of the story, as its facts carry it."""
    values: Json = {
        "item_id": ITEM, "revision": 1, "agency": SFJ, "disclosing_body": "o-sfj-office",
        "affairs_type": "GOVERNMENT", "category": "ART20-1@gov-art20", "policy_agency": "national",
        "policy_version": "2026.1", "manifest_hash": HASH, "duration_class": "IMMEDIATE",
        "rings": (
            Ring(scope="WITHIN_ORG", channels=("INTRANET",), required_channels=("INTRANET",),
                 lead_channel="INTRANET"),
            Ring(scope="PUBLIC", channels=("WEBSITE",), required_channels=("WEBSITE",),
                 lead_channel="WEBSITE"),
        ),
        "legal_basis": (REASON,), "formed_on": date(2026, 11, 20), "drafter": "p-chen",
        "position": "科员", "publish_by": {"due": "2026-12-18", "provisional": False},
        "duty": Duty(
            task_hash=REASON, leader="p-zhou", lead_organ="o-sfj-office",
            deadline=date(2026, 12, 18), responsible="p-chen",
        ),
    }  # fmt: skip
    return Particulars(**(values | changes))
