"""Pages for verification: the button, the running job, its report; saved roots to take away."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from services.audit import queries, verification
from services.audit.inspector import Inspector
from shared.errors import NotFound

router = APIRouter()


@router.get("/verifications")
async def verifications(request: Request, inspector: Inspector) -> Response:
    """The form and the last reports."""
    async with inspector.ledger() as db:
        rows, head = await queries.verifications(db), await queries.head(db)
        findings = await queries.open_findings(db)
    names = await inspector.names(row["requested_by"] for row in rows)
    return inspector.pages.render(
        request, "verifications.html", rows=rows, head=head, names=names, findings=findings
    )


@router.post("/verifications")
async def verify(
    inspector: Inspector,
    facts: Annotated[bool, Form()] = False,
    root: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Start a verification, with a saved root if one is given."""
    data = await root.read(10_000) if root and root.filename else b""
    saved = dict([verification.read_root(data)]) if data else {}
    caller = inspector.caller
    async with inspector.ledger() as db:
        id = await verification.request(db, caller.person, caller.now, saved, facts)
    return RedirectResponse(f"/audit/verifications/{id}", 303)


@router.get("/verifications/{id}")
async def outcome(request: Request, inspector: Inspector, id: str) -> Response:
    """Progress; the page reads itself again until the report is there."""
    async with inspector.ledger() as db:
        row = await queries.verification(db, id)
    report = orjson.loads(row["report"]) if row["report"] else None
    names = await inspector.names([row["requested_by"]])
    facts = "；".join(
        f"{inspector.pages.label(service)} {count} 条"
        for service, count in (report["facts"] if report else {}).items()
    )
    return inspector.pages.render(
        request, "verification.html", row=row, report=report, names=names, facts_text=facts
    )


@router.get("/roots")
async def roots(request: Request, inspector: Inspector) -> Response:
    """Roots saved so far, to be taken away as files."""
    async with inspector.ledger() as db:
        rows, head = await queries.roots(db), await queries.head(db)
    names = await inspector.names(row["saved_by"] for row in rows)
    return inspector.pages.render(request, "roots.html", rows=rows, head=head, names=names)


@router.post("/roots")
async def save(inspector: Inspector) -> Response:
    """Remember the root of this moment."""
    async with inspector.ledger() as db:
        await db.execute(
            "INSERT INTO saved_roots SELECT size, root, $1, $2 FROM ledger_head WHERE size > 0"
            " ON CONFLICT DO NOTHING",
            inspector.caller.person,
            inspector.caller.now,
        )
    return RedirectResponse("/audit/roots", 303)


@router.get("/roots/{size}")
async def file(inspector: Inspector, size: int) -> Response:
    """One saved root as a file, to be kept where this platform cannot reach."""
    async with inspector.ledger() as db:
        row = await db.fetchrow("SELECT * FROM saved_roots WHERE size = $1", size)
    if row is None:
        raise NotFound("没有保存过这个根")
    data = verification.write_root(size, row["root"], row["saved_at"])
    name = f'attachment; filename="gongkai-root-{size}.json"'
    return Response(data, media_type="application/json", headers={"Content-Disposition": name})
