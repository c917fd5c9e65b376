"""The editor's form fields ↔ DraftForm: flat names as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from services.catalog.api import stored_file
from services.catalog.contents import File
from services.catalog.forms import DraftForm
from services.catalog.queries import ItemRow
from shared.caller import Asking
from shared.errors import DomainError, Invalid

Values = dict[str, Any]
TEXTS = ("title", "docNo", "body", "disclosingBody", "affairsType", "category", "attribute", "ground",
         "groundReason", "durationClass", "legalBasis", "formedOn", "eventOn", "changedOn", "documentKind",
         "insideScope", "insideAudience", "dutyTask", "dutyLeader", "dutyLeadOrgan", "dutyDeadline",
         "dutyResponsible", "agency")  # fmt: skip

EMPTY: Values = {
    **dict.fromkeys(TEXTS, ""),
    "affairsType": "GOVERNMENT",
    "attribute": "PROACTIVE",
    "category": "ART20-15@gov-art20",
    "durationClass": "IMMEDIATE",
    "documentKind": "NOTICE",
    "insideChannels": [],
    "publicChannels": ["WEBSITE"],
    "important": False,
    "files": [],
}


async def typed(form: FormData, caller: Asking, agency: str) -> Values:
    """What was typed, with newly uploaded files stored; nothing is lost when the rest is refused."""
    values: Values = {name: str(form.get(name) or "").strip() for name in TEXTS}
    values["agency"] = agency
    values["insideChannels"] = [str(value) for value in form.getlist("insideChannels")]
    values["publicChannels"] = [str(value) for value in form.getlist("publicChannels")]
    values["important"] = form.get("important") == "1"
    values["files"] = await _files(form, caller, agency)
    return values


async def _files(form: FormData, caller: Asking, agency: str) -> list[dict[str, Any]]:
    kept = [orjson.loads(str(value)) for value in form.getlist("keepFile")]
    for sent in form.getlist("files"):
        if isinstance(sent, UploadFile) and sent.filename:
            kept.append((await stored_file(caller, agency, sent)).wire())  # type: ignore[arg-type]
    return kept


def draft_form(values: Values) -> DraftForm:
    """Raises Invalid naming the field."""
    rings = []
    if values["insideScope"]:
        audience = [
            name for name in values["insideAudience"].replace("，", ",").split(",") if name.strip()
        ]
        rings.append(
            {"scope": values["insideScope"], "audience": [name.strip() for name in audience],
             "channels": values["insideChannels"]}
        )  # fmt: skip
    if values["publicChannels"]:
        rings.append({"scope": "PUBLIC", "audience": [], "channels": values["publicChannels"]})
    given = {
        name: values[name] or None
        for name in TEXTS
        if name not in ("insideScope", "insideAudience")
    }
    duty = {
        "task": given.pop("dutyTask"),
        "leader": given.pop("dutyLeader"),
        "leadOrgan": given.pop("dutyLeadOrgan"),
        "deadline": given.pop("dutyDeadline"),
        "responsible": given.pop("dutyResponsible"),
    }
    plain = {name: value for name, value in given.items() if value is not None}
    try:
        return DraftForm.model_validate(
            {**plain, "rings": rings, "duty": duty, "important": values["important"],
             "files": [File.model_validate(file) for file in values["files"]]}
        )  # fmt: skip
    except ValidationError as error:
        fault = error.errors()[0]
        raise Invalid(_fault_text(fault), field=str(fault["loc"][0])) from error


def _fault_text(fault: Mapping[str, Any]) -> str:
    if fault["type"].startswith("date"):
        return "日期格式不对，请按 2026-11-23 的样子填写"
    if fault["type"] == "string_too_long":
        return f"内容过长，最多 {fault['ctx']['max_length']} 个字"
    return "填写的内容不符合要求，请核对"


def values_of(
    row: ItemRow, text: Mapping[str, str], kept: Mapping[str, str | None], files: list[Any]
) -> Values:
    """The editor's fields for an item that is there. `kept` are its texts by address."""
    p = row.particulars
    inside = next((ring for ring in p["rings"] if ring["scope"] != "PUBLIC"), None)
    public = next((ring for ring in p["rings"] if ring["scope"] == "PUBLIC"), None)
    duty = p["duty"]
    return {
        **EMPTY,
        **{
            name: p[name] or ""
            for name in TEXTS
            if name in p and not isinstance(p[name], list | dict)
        },
        "title": text["title"],
        "body": text["body"],
        "docNo": row.doc_no or "",
        "groundReason": kept.get(p["groundReasonHash"]) or "",
        "legalBasis": kept.get((p["legalBasis"] or [None])[0]) or "",
        "dutyTask": kept.get(duty["taskHash"]) or "",
        "dutyLeader": duty["leader"] or "",
        "dutyLeadOrgan": duty["leadOrgan"] or "",
        "dutyDeadline": duty["deadline"] or "",
        "dutyResponsible": duty["responsible"] or "",
        "insideScope": inside["scope"] if inside else "",
        "insideAudience": ",".join(inside["audience"]) if inside else "",
        "insideChannels": inside["channels"] if inside else [],
        "publicChannels": public["channels"] if public else [],
        "important": p["important"],
        "files": files,
    }


def errors_of(error: DomainError) -> dict[str, str]:
    """For the error summary: the field at fault, or the form as a whole."""
    missing = error.extra.get("missing")
    if missing:
        return dict.fromkeys(missing, error.detail)
    return {error.field or "title": error.detail}
