"""What the editor shows: the form with its choices, the refusal, and both texts when it was stale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.catalog import contents, page_forms, queries
from services.catalog.bodies import plain_text, safe_html
from services.catalog.labels import CHANNELS, DOCUMENT_KINDS, ITEM_FIELDS, LABELS
from services.catalog.pages import page
from services.catalog.policy.model import PolicySet
from shared import directory, reference
from shared.caller import Asking
from shared.errors import DomainError, NotFound, Stale
from shared.events import Json
from shared.http import status_of
from shared.workdays import legal_day

Pairs = list[tuple[str, str]]
AFFAIRS = {"GOVERNMENT": "政务", "PARTY": "党务"}


@dataclass(frozen=True)
class Shown:
    """The form as it is to be shown. `version` 0 is an item that does not exist yet."""

    agency: str
    values: page_forms.Values
    item_id: str
    version: int
    error: DomainError | None = None
    flags: Json | None = None


async def show(request: Request, caller: Asking, form: Shown) -> Response:
    today = legal_day(caller.now)
    async with caller.reading() as db:
        row = await reference.policy(db, form.agency, today)
        organs = await directory.organs(db, form.agency)
        agency_name = (await directory.agency(db, form.agency)).name
        staff = await queries.staff(db, form.agency, today)
    organ_options = [(organ.organ, organ.name) for organ in organs]
    stale = None
    if isinstance(form.error, Stale):
        stale = await _differences(caller, form, dict([*organ_options, *staff]))
    error = None if stale else form.error
    return page(
        request, caller, "editor.html", code=status_of(form.error) if form.error else 200,
        form=form, values=form.values, errors=page_forms.errors_of(error) if error else {}, stale=stale,
        agency_name=agency_name, organs=organ_options, staff=staff, channels=CHANNELS,
        kinds=[(kind, LABELS[kind]) for kind in DOCUMENT_KINDS],
        **_choices(PolicySet.model_validate(row.data)),
    )  # fmt: skip


def _choices(policy: PolicySet) -> dict[str, Any]:
    """What the rules offer. A category belongs to Party or government affairs: one choice says both."""
    categories: list[tuple[str, Pairs]] = [
        (f"{AFFAIRS[scheme.affairs_type]}：{scheme.name}",
         [(f"{category.code}@{id}", category.name) for category in scheme.categories])
        for id, scheme in policy.category_schemes.items()
    ]  # fmt: skip
    grounds = [(ground.code, f"{ground.name}（{ground.article}）") for ground in policy.grounds]
    return {
        "categories": categories,
        "grounds": [("", "（主动公开、依申请公开的不选）"), *grounds],
        "durations": [(known.code, known.name) for known in policy.duration_classes],
        "inside_scopes": [(scope, LABELS[scope]) for scope in policy.scopes if scope != "PUBLIC"],
    }


async def current_values(caller: Asking, item_id: str) -> tuple[queries.ItemRow, page_forms.Values]:
    """The item and the editor's fields for it. Raises NoSuchItem."""
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        text = await queries.item_text(db, item_id)
        p = row.particulars
        kept = await caller.texts.many(
            db, [p["groundReasonHash"], *p["legalBasis"], p["duty"]["taskHash"]]
        )
        try:
            parts = (await contents.manifest(db, row.manifest_hash))["parts"]
        except NotFound:
            parts = []  # destroyed
    files = [part for part in parts if part["role"] != "BODY"]
    return row, page_forms.values_of(row, text, kept, files)


async def _differences(caller: Asking, form: Shown, names: dict[str, str]) -> Json:
    """Both texts, and the other fields in which the two versions differ, in words."""
    _, current = await current_values(caller, form.item_id)
    fields = page_forms.changed_fields(form.values, current)
    return {
        "detail": form.error.detail if form.error else "",
        "yours": _words(form.values),
        "current": _words(current),
        "fields": [
            (ITEM_FIELDS.get(name, LABELS.get(name, name)),
             _said(form.values[name], names), _said(current[name], names))
            for name in fields
        ],
    }  # fmt: skip


def _words(values: page_forms.Values) -> str:
    return f"{values['title']}\n{plain_text(safe_html(values['body']))}"


def _said(value: Any, names: dict[str, str]) -> str:
    """A field's value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        told = (v["name"] if isinstance(v, dict) else _said(v, names) for v in value)
        return "、".join(told) or "（无）"
    return names.get(value) or LABELS.get(value, value) or "（空）"
