"""Routes every service has: liveness, readiness, parked messages, and its facts by id and hash."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from shared.caller import Caller
from shared.db import CONNECTION_ERRORS
from shared.envelope import fingerprint, message_of
from shared.parked import retry_all

router = APIRouter(tags=["operations"])
WELL = {"status": "ok"}
AWAY: tuple[type[BaseException], ...] = (*CONNECTION_ERRORS, TimeoutError)


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """The process answers, and all its background tasks are run or will be run again."""
    dead = request.app.state.health.dead
    return JSONResponse({"status": "dead", "dead": dead}, 503) if dead else JSONResponse(WELL)


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """It can serve requests. Says also what waits to leave, what is parked (counts) and which
    background tasks failed lately: without the broker, work goes on and facts wait here."""
    runtime = request.app.state.runtime
    try:
        async with runtime.worker_pool.acquire(timeout=3) as db:
            waiting = await db.fetchval("SELECT count(*) FROM outbox")
            parked = await db.fetchval("SELECT count(*) FROM parked")
    except AWAY:
        return JSONResponse({"status": "database away"}, 503)
    failing = request.app.state.health.failing
    return JSONResponse({**WELL, "outbox": waiting, "parked": parked, "failing": failing})


@router.get("/api/v1/facts")
async def facts(caller: Caller, after: int = 0, limit: int = 5000) -> dict[str, Any]:
    """Facts by id and hash, in position order after `after`, for the audit service only."""
    caller.require_service()
    async with caller.reading() as db:
        rows = await db.fetch(
            "SELECT * FROM events WHERE position > $1 ORDER BY position LIMIT $2",
            after,
            min(limit, 20_000),
        )
    service = caller.runtime.service.name
    return {
        "facts": [
            {
                "id": f"{row['stream']}:{row['version']}",
                "position": row["position"],
                "sha256": fingerprint(message_of(service, row)),
            }
            for row in rows
        ]
    }


@router.get("/ops")
async def ops(request: Request, caller: Caller) -> Response:
    """Parked messages with their reason."""
    caller.require(caller.home, "ADMINISTRATOR", "SUPERVISOR")
    async with caller.facts.transaction() as db:
        parked = await db.fetch(
            "SELECT stream, version, type, kind, reason, attempts, parked_at, next_try_at"
            " FROM parked ORDER BY parked_at LIMIT 200"
        )
        waiting = await db.fetchval("SELECT count(*) FROM outbox")
    pages = caller.runtime.service.pages
    if pages is None or "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"outbox": waiting, "parked": [_plain(row) for row in parked]})
    return pages.render(
        request, "ops.html", parked=parked, waiting=waiting, service=caller.runtime.service.name
    )


@router.post("/ops/retry")
async def retry(caller: Caller) -> Response:
    """Try all parked messages again, now."""
    caller.require(caller.home, "ADMINISTRATOR")
    await retry_all(caller.runtime.inbox)
    return RedirectResponse(f"/{caller.runtime.service.name}/ops", 303)


def _plain(row: Any) -> dict[str, Any]:
    return {name: str(value) for name, value in dict(row).items()}
