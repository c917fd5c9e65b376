"""What everybody may fetch of the log (C2SP tlog-tiles): checkpoint, tiles, entry bundles, policy.

Read from the database, so that every instance can answer; the same bytes lie as files in the export folder.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.audit import tiles
from services.audit.readers import reading_as
from services.audit.settings import AuditSettings
from shared.errors import NotFound
from tlog.text import Malformed
from tlog.tiles import Bundle, Tile, parse_path, width_at

router = APIRouter(prefix="/log", tags=["log"])
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
SOON = {"Cache-Control": "no-cache"}


class NotPublished(NotFound):
    text = "台账还没有发布到这里"


@router.get("/checkpoint")
async def checkpoint(request: Request) -> Response:
    """The newest note shown to the world. Raises NotPublished."""
    async with reading_as(request.app.state.runtime.app_pool, "public") as db:
        note = await db.fetchval("SELECT note FROM ledger_published")
    if not note:
        raise NotPublished
    return Response(note, media_type=TEXT, headers=SOON)


@router.get("/policy.txt")
async def policy() -> Response:
    """Our keys and the witnesses, for comparison: whom to trust she decides with her own copy."""
    data = AuditSettings().policy()
    if not data:
        raise NotPublished
    return Response(data, media_type=TEXT, headers=SOON)


@router.get("/tile/{path:path}")
async def tile(request: Request, path: str) -> Response:
    """A tile or an entry bundle as wide as its name says, as far as it is published. Raises NotPublished."""
    try:
        wanted = parse_path(f"tile/{path}")
    except Malformed:
        raise NotPublished from None
    level = wanted.level if isinstance(wanted, Tile) else 0
    async with reading_as(request.app.state.runtime.app_pool, "public") as db:
        size = await db.fetchval("SELECT size FROM ledger_published")
        if width_at(size, level, wanted.n) < wanted.width:
            raise NotPublished
        if isinstance(wanted, Bundle):
            data = (await tiles.bundles(db, [wanted]))[wanted]
        else:
            data = (await tiles.read(db, [wanted]))[wanted]
    return Response(data, media_type=BYTES, headers=FOR_EVER)
