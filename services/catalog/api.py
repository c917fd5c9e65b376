"""JSON routes of items and their contents."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Response, UploadFile

from services.catalog import contents, drafting, importing, posts, queries
from services.catalog.forms import DraftForm
from services.catalog.uploads import MAX_FILE as MAX_FILE
from services.catalog.uploads import stored_file as stored_file
from shared.caller import Caller
from shared.errors import Forbidden, NotFound
from shared.events import Json, Wire
from shared.ids import new_id
from shared.workdays import legal_day

router = APIRouter(prefix="/api/v1", tags=["items"])


class Expected(Wire):
    """The version a form was made from."""

    expected: int | None = None


@router.put("/items/{item_id}", status_code=200)
async def put_item(
    item_id: str, form: DraftForm, caller: Caller, expected: int | None = None
) -> Json:
    """Draft an item under an id made by the client, or revise it from version `expected`."""
    done = await drafting.save(caller, item_id, form, expected)
    event = done[0].event
    return {
        "itemId": item_id,
        "version": done[-1].version,
        "revision": getattr(event, "revision", 1),
        "manifestHash": getattr(event, "manifest_hash", ""),
        "publishBy": getattr(event, "publish_by", None),
    }


@router.post("/items/{item_id}/submit", status_code=204)
async def submit(item_id: str, body: Expected, caller: Caller) -> None:
    await drafting.submit(caller, item_id, body.expected)


@router.post("/items/{item_id}/withdraw", status_code=204)
async def withdraw(item_id: str, body: Expected, caller: Caller) -> None:
    await drafting.withdraw(caller, item_id, body.expected)


@router.post("/items/import", status_code=201)
async def import_document(caller: Caller, agency: str, file: Annotated[UploadFile, File()]) -> Json:
    """One document → one draft; `missing` lists what was not found in it. The same file again makes none."""
    data = await file.read(MAX_FILE + 1)
    return await importing.import_document(caller, agency, file.filename or "", data)


@router.get("/items/{item_id}")
async def get_item(item_id: str, caller: Caller) -> Json:
    async with caller.reading() as db:
        row = await queries.item(db, item_id)
        text = await queries.item_text(db, item_id)
    return {
        **row.particulars,
        **text,
        "status": row.status,
        "version": row.version,
        "publishBy": row.rule,
        "missedOn": row.missed_on,
        "docNo": row.doc_no,
    }


@router.get("/items")
async def list_items(
    caller: Caller, agency: str | None = None, status: str | None = None, words: str | None = None
) -> Json:
    async with caller.reading() as db:
        rows = await queries.items(db, agency=agency, status=status, words=words, limit=200)
    return {
        "items": [
            {"itemId": r.item_id, "agency": r.agency, "title": r.title, "status": r.status,
             "revision": r.revision, "version": r.version, "publishBy": r.publish_by}
            for r in rows
        ]
    }  # fmt: skip


@router.post("/files", status_code=201)
async def upload(caller: Caller, agency: str, file: Annotated[UploadFile, File()]) -> Json:
    """Store an attachment; its entry goes into `files` of a draft."""
    caller.require(agency, *posts.DRAFTERS)
    return (await stored_file(caller, agency, file)).wire()


@router.get("/contents/{manifest_hash}")
async def content(manifest_hash: str, caller: Caller) -> Json:
    """Manifest and texts of a submitted revision, for our own services. Knowing a hash is no permission."""
    agency = await _submitted(caller, manifest_hash)
    async with caller.reading() as db:
        manifest = await contents.manifest(db, manifest_hash)
        body = await contents.body(db, agency, manifest)
    parts = {p["sha256"]: {"text": body} for p in manifest["parts"] if p["role"] == "BODY"}
    return {"manifest": manifest, "parts": parts}


@router.get("/contents/{manifest_hash}/blobs/{digest}")
async def blob(manifest_hash: str, digest: str, caller: Caller) -> Response:
    await _submitted(caller, manifest_hash)
    async with caller.reading() as db:
        manifest = await contents.manifest(db, manifest_hash)
    found = [part for part in manifest["parts"] if part["sha256"] == digest]
    if not found:
        raise NotFound
    return Response(await caller.blobs.get(digest), media_type="application/octet-stream")


async def _submitted(caller: Caller, manifest_hash: str) -> str:
    """The agency of a manifest that was sent to review; services only."""
    if not caller.is_service:
        raise Forbidden
    async with caller.reading() as db:
        agency = await db.fetchval(
            "SELECT agency FROM item_revisions WHERE manifest_hash = $1 AND submitted LIMIT 1",
            manifest_hash,
        )
    if agency is None:
        raise NotFound
    return str(agency)


@router.get("/people")
async def people(ids: Annotated[str, Query(max_length=8000)], caller: Caller) -> dict[str, Any]:
    """Names by person id: for our services, and for signed-in staff."""
    async with caller.facts.transaction() as db:
        return await queries.names(db, ids.split(","))


@router.get("/tasks")
async def tasks(caller: Caller) -> Json:
    """What this person has to go on with in catalog: own drafts and returned items."""
    async with caller.reading() as db:
        rows = await queries.mine(db, caller.person)
    today = legal_day(caller.now)
    return {
        "tasks": [
            {
                "id": f"catalog-{r.item_id}",
                "title": r.title,
                "kind": "RETURNED" if r.status == "RETURNED" else "DRAFT",
                "agency": r.agency,
                "dueOn": r.publish_by,
                "overdue": bool(r.publish_by and r.publish_by < today),
                "provisional": r.provisional,
                "href": f"/catalog/items/{r.item_id}",
                "since": r.changed_at,
            }
            for r in rows
        ]
    }


def fresh_id() -> str:
    """For pages: the id of an item that does not exist yet."""
    return new_id()
