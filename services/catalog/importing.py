"""One document → one draft, whole or not at all; what was not found is flagged, never guessed."""

from __future__ import annotations

import asyncio
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from hashlib import sha256

import orjson
import structlog

from services.catalog import contents, drafting, posts
from services.catalog.bodies import paragraphs_html
from services.catalog.documents.extract import extract
from services.catalog.documents.recognise import Reading, recognise
from services.catalog.documents.sniff import BadDocument
from services.catalog.domain.errors import AlreadyDrafted
from services.catalog.forms import DraftForm, RingForm
from shared import directory
from shared.caller import Asking
from shared.db import Db
from shared.events import Json
from shared.ids import derived_id
from shared.workdays import chinese, legal_day

log = structlog.get_logger()


async def import_document(caller: Asking, agency: str, file_name: str, data: bytes) -> Json:
    """Make a draft from a file; the same file again gives the same item and changes nothing.

    Raises BadDocument (Chinese, says what to do), NotYours.
    """
    caller.require(agency, *posts.DRAFTERS)
    item_id = derived_id("import", agency, sha256(data).hexdigest())
    if await _known(caller, item_id):
        return {"itemId": item_id, "already": True}
    reading = _plausible(await asyncio.to_thread(read_document, data), legal_day(caller.now))
    organ, note = await _disclosing_body(caller, agency, reading.issuing_body)
    reading = replace(reading, notes=(*reading.notes, *note))

    async def keep(db: Db) -> None:
        await db.execute(
            "INSERT INTO imports (item_id, agency, file_name, missing, notes)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            item_id,
            agency,
            file_name[-120:],
            orjson.dumps(reading.missing).decode(),
            orjson.dumps(reading.notes).decode(),
        )

    try:
        await drafting.save(caller, item_id, _form(agency, organ, reading), None, also=keep)
    except AlreadyDrafted:
        if await _known(caller, item_id):  # by somebody at the same moment
            return {"itemId": item_id, "already": True}
        raise
    return {"itemId": item_id, "already": False, **_found(reading)}


def _found(reading: Reading) -> Json:
    return {
        "title": reading.title,
        "docNo": reading.doc_no,
        "issuingBody": reading.issuing_body,
        "formedOn": reading.formed_on,
        "missing": reading.missing,
        "notes": reading.notes,
    }


async def _known(caller: Asking, item_id: str) -> bool:
    async with caller.reading() as db:
        return bool(await db.fetchval("SELECT 1 FROM imports WHERE item_id = $1", item_id))


def _plausible(reading: Reading, today: date) -> Reading:
    """A document is not dated tomorrow: what says so was read wrongly or is wrong."""
    if reading.formed_on is None or reading.formed_on <= today:
        return reading
    note = f"文中的成文日期{chinese(reading.formed_on)}晚于今天，没有采用，请核对"
    return replace(reading, formed_on=None, notes=(*reading.notes, note))


async def _disclosing_body(
    caller: Asking, agency: str, issuing: str | None
) -> tuple[str, tuple[str, ...]]:
    """The organ a document names; the drafter's own when it names the agency; else none, with a note."""
    if issuing is None:
        return "", ()
    async with caller.reading() as db:
        organs = {organ.name: organ.organ for organ in await directory.organs(db, agency)}
        name = (await directory.agency(db, agency)).name
    if issuing in organs:
        return organs[issuing], ()
    if issuing == name:
        return posts.own_organ(caller, agency), ()
    return "", (f"文中的发文机关是「{issuing}」，不是本机构的组织，请核对后选择公开主体",)


# What readers raise on a damaged file (lxml's syntax errors are SyntaxErrors).
DAMAGED = (
    SyntaxError, LookupError, ValueError, TypeError, AttributeError, NotImplementedError,
    EOFError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_document(data: bytes) -> Reading:
    """Raises BadDocument, also for damage that a reader stumbles over."""
    try:
        found = extract(data)
        reading = recognise(found.paragraphs)
        return replace(reading, notes=(*found.notes, *reading.notes))
    except DAMAGED as error:
        log.warning("damaged document", error=repr(error))
        raise BadDocument("文件已损坏，请重新导出后上传") from error


def html_of(reading: Reading) -> str:
    """The document's paragraphs as safe HTML."""
    return paragraphs_html(reading.paragraphs)


def _form(agency: str, organ: str, reading: Reading) -> DraftForm:
    return DraftForm(
        agency=agency,
        title=(reading.title or "")[: contents.MAX_TITLE],
        doc_no=reading.doc_no,
        body=html_of(reading),
        disclosing_body=organ,
        formed_on=reading.formed_on,
        rings=(RingForm(scope="PUBLIC", channels=("WEBSITE",)),),
    )
