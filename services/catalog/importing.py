"""One document → one draft, whole or not at all; what was not found is flagged, never guessed."""

from __future__ import annotations

import asyncio
import zipfile
import zlib
from hashlib import sha256

import orjson
import structlog

from services.catalog import contents, drafting
from services.catalog.bodies import paragraphs_html
from services.catalog.documents.extract import paragraphs
from services.catalog.documents.recognise import Reading, recognise
from services.catalog.documents.sniff import BadDocument
from services.catalog.forms import DraftForm, RingForm
from shared import directory
from shared.caller import Asking
from shared.db import Db
from shared.events import Json
from shared.ids import derived_id

log = structlog.get_logger()


async def import_document(caller: Asking, agency: str, file_name: str, data: bytes) -> Json:
    """Make a draft from a file; the same file again gives the same item and changes nothing.

    Raises BadDocument (Chinese, says what to do), NotYours.
    """
    caller.require(agency, *drafting.DRAFTERS)
    item_id = derived_id("import", agency, sha256(data).hexdigest())
    async with caller.reading() as db:
        done = await db.fetchrow("SELECT missing, notes FROM imports WHERE item_id = $1", item_id)
        organ = await _organ(db, agency)
    if done:
        return {"itemId": item_id, "already": True}
    reading = await asyncio.to_thread(read_document, data)
    form = _form(agency, organ, reading)

    async def keep(db: Db) -> None:
        await db.execute(
            "INSERT INTO imports (item_id, agency, file_name, missing, notes)"
            " VALUES ($1, $2, $3, $4, $5)",
            item_id,
            agency,
            file_name,
            orjson.dumps(reading.missing).decode(),
            orjson.dumps(reading.notes).decode(),
        )

    await drafting.save(caller, item_id, form, None, also=keep)
    return {
        "itemId": item_id,
        "already": False,
        "title": reading.title,
        "docNo": reading.doc_no,
        "issuingBody": reading.issuing_body,
        "formedOn": reading.formed_on,
        "missing": reading.missing,
        "notes": reading.notes,
    }


# What readers raise on a damaged file (lxml's syntax errors are SyntaxErrors).
DAMAGED = (
    SyntaxError, LookupError, ValueError, TypeError, AttributeError, NotImplementedError,
    EOFError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_document(data: bytes) -> Reading:
    """Raises BadDocument, also for damage that a reader stumbles over."""
    try:
        return recognise(paragraphs(data))
    except DAMAGED as error:
        log.warning("damaged document", error=repr(error))
        raise BadDocument("文件已损坏，请重新导出后上传") from error


async def _organ(db: Db, agency: str) -> str:
    organs = await directory.organs(db, agency)
    return organs[0].organ if organs else ""


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
