"""The page of one item: what the clerk stated, by when it must be public and why, what happened since."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.catalog import api, contents, posts, queries
from services.catalog.labels import LABELS
from services.catalog.pages import page
from services.catalog.policy.model import PolicySet
from services.catalog.queries import ItemRow
from shared import directory, reference
from shared.caller import Asking, Caller
from shared.errors import NotFound
from shared.events import Json
from shared.workdays import Explained, legal_day

router = APIRouter(tags=["pages"], include_in_schema=False)
DONE = {
    "saved": "草稿已保存。",
    "submitted": "已送审，这一稿已锁定。需要修改时可先撤回。",
    "withdrawn": "已撤回，可以继续修改。",
    "imported": "已从文件建立草稿，请核对标出的内容。",
}


@router.get("/items/{item_id}")
async def item(item_id: str, request: Request, caller: Caller, done: str = "") -> Response:
    """Status, particulars, text and files, publish-by date with its explanation, history."""
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        text = await queries.item_text(db, item_id)
        past = await queries.history(db, item_id)
        flags = await queries.imported(db, item_id)
        policy = await reference.policy_version(
            db, row.particulars["policyAgency"], row.particulars["policyVersion"]
        )
        names = {organ.organ: organ.name for organ in await directory.organs(db, row.agency)}
        names |= dict(await queries.staff(db, row.agency, legal_day(caller.now)))
        files = await _files(db, row)
        mine = row.drafter == caller.person or await posts.may_take_over(caller, db, row)
    people = await api.people(",".join({row.drafter, *(h["actor"] for h in past)}), caller)
    kept = await _texts(caller, row)
    return page(
        request, caller, "item.html", row=row, text=text, past=past, flags=flags, people=people,
        names=names, files=files, mine=mine, person_id=caller.person, done=DONE.get(done, ""),
        stated=_stated(row, PolicySet.model_validate(policy.data), names, kept), kept=kept,
        rule=Explained.model_validate(row.rule).text() if row.rule else None,
    )  # fmt: skip


async def _texts(caller: Asking, row: ItemRow) -> dict[str, str | None]:
    """What was typed besides title and body, by address."""
    p = row.particulars
    addresses = [
        p["groundReasonHash"],
        p["offCatalogReason"],
        p["duty"]["taskHash"],
        *p["legalBasis"],
    ]
    async with caller.reading() as db:
        return await caller.texts.many(db, [address for address in addresses if address])


async def _files(db: Any, row: ItemRow) -> list[Json]:
    try:
        parts = (await contents.manifest(db, row.manifest_hash))["parts"]
    except NotFound:
        return []
    return [part for part in parts if part["role"] != "BODY"]


def _stated(
    row: ItemRow, policy: PolicySet, names: dict[str, str], kept: dict[str, str | None]
) -> list[tuple[str, str | None]]:
    """The particulars in words; what was left empty is left out where it says nothing."""
    p = row.particulars
    category = policy.category(row.category)
    ground = next((g for g in policy.grounds if g.code == p["ground"]), None)
    durations = {known.code: known.name for known in policy.duration_classes}
    pairs = [
        ("公开主体", names.get(p["disclosingBody"], p["disclosingBody"])),
        ("公开类别", f"{LABELS[row.affairs_type]} · {category.name if category else row.category}"),
        ("公开属性", LABELS[row.attribute]),
        ("法定理由", f"{ground.name}（{ground.article}）" if ground else None),
        ("理由", kept.get(p["groundReasonHash"] or "")),
        ("时限类别", durations.get(p["durationClass"], p["durationClass"])),
        ("文种", LABELS.get(p["documentKind"] or "", p["documentKind"])),
        ("重要事项", "是" if p["important"] else None),
        ("公开依据", "；".join(kept.get(address) or "" for address in p["legalBasis"])),
        ("目录外公开的理由", kept.get(p["offCatalogReason"] or "")),
        ("适用规则", f"{policy.title}（{p['policyVersion']}）"),
    ]
    return [(name, said) for name, said in pairs if said or name in ("公开主体", "公开依据")]


@router.get("/items/{item_id}/files/{digest}")
async def file(item_id: str, digest: str, caller: Caller) -> Response:
    """A file of the current revision; always a download, never shown in our origin."""
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        found = [part for part in await _files(db, row) if part["sha256"] == digest]
    if not found:
        raise NotFound("这件信息没有这个附件")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found[0]['name'])}",
        "X-Content-Type-Options": "nosniff",
    }
    data = await caller.blobs.get(digest)
    return Response(data, media_type="application/octet-stream", headers=headers)
