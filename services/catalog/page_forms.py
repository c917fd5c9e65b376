"""The editor's form fields ↔ DraftForm: flat names as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from services.catalog.api import stored_file
from services.catalog.bodies import as_typed, safe_html
from services.catalog.contents import File, FileRole
from services.catalog.documents.recognise import Reading
from services.catalog.domain.disclosure import FIELD_TEXT
from services.catalog.forms import DraftForm, RelationForm
from services.catalog.importing import html_of
from services.catalog.queries import ItemRow
from shared.caller import Asking
from shared.errors import DomainError, Invalid
from shared.events import Json
from shared.faults import fault_text

Values = dict[str, Any]
TEXTS = ("title", "docNo", "body", "disclosingBody", "category", "attribute", "ground",
         "groundReason", "durationClass", "legalBasis", "formedOn", "eventOn", "changedOn", "documentKind",
         "insideScope", "dutyTask", "dutyLeader", "dutyLeadOrgan", "dutyDeadline",
         "dutyResponsible", "agency")  # fmt: skip

MANY = ("insideAudience", "insideChannels", "publicChannels")
EMPTY: Values = {
    **dict.fromkeys(TEXTS, ""),
    "attribute": "PROACTIVE",
    "category": "ART20-15@gov-art20",
    "durationClass": "IMMEDIATE",
    "documentKind": "NOTICE",
    "insideAudience": [],
    "insideChannels": [],
    "publicChannels": ["WEBSITE"],
    "important": False,
    "files": [],
}


def typed(form: FormData, agency: str) -> Values:
    """What was typed, and the files that were kept; new ones are taken by `add_files`."""
    values: Values = {name: str(form.get(name) or "").strip() for name in TEXTS}
    values["agency"] = agency
    for name in MANY:
        values[name] = [str(value) for value in form.getlist(name)]
    values["important"] = form.get("important") == "1"
    values["files"] = [_kept_file(str(value)) for value in form.getlist("keepFile")]
    return values


def _kept_file(sent: str) -> Json:
    """Raises Invalid for what our own page did not write."""
    try:
        return File.model_validate_json(sent).wire()
    except ValidationError as error:
        raise Invalid("附件信息有误，请重新上传", field="files") from error


# The page's two file fields, and what the files are for.
UPLOADS: Mapping[str, FileRole] = {"files": "ATTACHMENT", "interpretations": "INTERPRETATION"}


async def add_files(values: Values, form: FormData, caller: Asking) -> None:
    """Store what was newly uploaded; nothing typed is lost when a file is refused."""
    for name, role in UPLOADS.items():
        for sent in form.getlist(name):
            if isinstance(sent, UploadFile) and sent.filename:
                stored = await stored_file(caller, values["agency"], sent, role)  # type: ignore[arg-type]
                values["files"].append(stored.wire())


def fill(values: Values, reading: Reading) -> Values:
    """The form with what a document says; what was typed already stays."""
    found = {
        "title": reading.title, "docNo": reading.doc_no, "body": as_typed(html_of(reading)),
        "formedOn": reading.formed_on.isoformat() if reading.formed_on else None,
    }  # fmt: skip
    return values | {name: values[name] or value or "" for name, value in found.items()}


def draft_form(values: Values) -> DraftForm:
    """Raises Invalid naming the field."""
    rings = []
    if values["insideScope"]:
        rings.append(
            {"scope": values["insideScope"], "audience": values["insideAudience"],
             "channels": values["insideChannels"]}
        )  # fmt: skip
    if values["publicChannels"]:
        rings.append({"scope": "PUBLIC", "audience": [], "channels": values["publicChannels"]})
    given = {name: values[name] or None for name in TEXTS if name != "insideScope"}
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
        raise Invalid(fault_text(fault), field=_field(fault["loc"])) from error


def _field(place: tuple[Any, ...]) -> str:
    """The form field at fault: `duty.deadline` is typed as `dutyDeadline`."""
    if place[0] == "duty" and len(place) > 1:
        inner = str(place[1])
        return "duty" + inner[0].upper() + inner[1:]
    return str(place[0])


def carried(form: DraftForm, row: ItemRow, kept: Mapping[str, str | None]) -> DraftForm:
    """A revision keeps what the page has no fields for: kind, relations, stage, tags."""
    p = row.particulars
    return form.model_copy(
        update={
            "kind": p["kind"],
            "relations": tuple(RelationForm.model_validate(r) for r in p["relations"]),
            "stage": p["stage"],
            "topic_tags": tuple(p["topicTags"]),
            "off_catalog_reason": kept.get(p["offCatalogReason"] or ""),
        }
    )


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
        "body": as_typed(text["body"]),
        "docNo": row.doc_no or "",
        "groundReason": kept.get(p["groundReasonHash"]) or "",
        "legalBasis": kept.get((p["legalBasis"] or [None])[0]) or "",
        "dutyTask": kept.get(duty["taskHash"]) or "",
        "dutyLeader": duty["leader"] or "",
        "dutyLeadOrgan": duty["leadOrgan"] or "",
        "dutyDeadline": duty["deadline"] or "",
        "dutyResponsible": duty["responsible"] or "",
        "insideScope": inside["scope"] if inside else "",
        "insideAudience": inside["audience"] if inside else [],
        "insideChannels": inside["channels"] if inside else [],
        "publicChannels": public["channels"] if public else [],
        "important": p["important"],
        "files": files,
    }


def errors_of(error: DomainError) -> dict[str, str]:
    """For the error summary: the field at fault, or the form as a whole."""
    missing = error.extra.get("missing")
    if missing:
        return {name: f"请填写「{FIELD_TEXT.get(name, name)}」" for name in missing}
    return {error.field or "form": error.detail}


def changed_fields(yours: Values, current: Values) -> list[str]:
    """Which fields besides title and body two versions of the form differ in."""
    names = (*TEXTS, *MANY, "important", "files")
    return [
        name for name in names if name not in ("title", "body") and yours[name] != current[name]
    ]


def same(yours: Values, current: Values) -> bool:
    """Whether the form says what is saved already: it was sent twice."""
    return (
        not changed_fields(yours, current)
        and yours["title"] == current["title"]
        and safe_html(yours["body"]) == safe_html(current["body"])
    )
