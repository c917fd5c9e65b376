"""The daily anchors (每日存档点) for everybody: a list, each day's note as text, and the notice to print."""

from __future__ import annotations

import asyncio
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.audit.leader import policy_of
from services.audit.public import FOR_EVER, SOON, TEXT, NotPublished
from services.audit.publishing.anchors import notice_of
from services.audit.publishing.notice import notice_pdf
from services.audit.readers import reading_as
from services.audit.settings import AuditSettings
from shared.caller import Visitor

router = APIRouter(prefix="/log/anchors", tags=["log"])


@router.get("/")
async def anchors(request: Request, visitor: Visitor) -> Response:
    """Newest first."""
    runtime = visitor.runtime
    async with reading_as(runtime.app_pool, "public") as db:
        rows = await db.fetch("SELECT day, size FROM ledger_anchor ORDER BY day DESC LIMIT 400")
        shown = await db.fetchrow("SELECT size, at, quorum FROM ledger_published")
    assert runtime.service.pages is not None
    return runtime.service.pages.render(request, "anchors.html", rows=rows, shown=shown)


@router.get("/{day}.txt")
async def note(request: Request, day: date) -> Response:
    """The day's last note with a quorum, byte for byte. Raises NotPublished."""
    async with reading_as(request.app.state.runtime.app_pool, "public") as db:
        data = await db.fetchval("SELECT note FROM ledger_anchor WHERE day = $1", day)
    if data is None:
        raise NotPublished("该日还没有封存公告")
    return Response(data, media_type=TEXT, headers=FOR_EVER)


@router.get("/{day}.pdf")
async def notice(request: Request, day: date) -> Response:
    """《审计日志封存公告》, one A4 page. Raises NotPublished."""
    runtime = request.app.state.runtime
    settings = AuditSettings()
    policy = policy_of(settings)
    if policy is None:
        raise NotPublished
    url = f"{runtime.settings.public_url}/audit/log"
    async with runtime.worker_pool.acquire() as db:
        found = await notice_of(db, day, policy, settings.policy(), url)
    if found is None:
        raise NotPublished("该日还没有封存公告")
    printed = await asyncio.to_thread(notice_pdf, found)
    name = f'inline; filename="gongkai-anchor-{day.isoformat()}.pdf"'
    headers = SOON | {"Content-Disposition": name}
    return Response(printed, media_type="application/pdf", headers=headers)
