"""The offline verifier (离线核验工具) to take away: for anybody, without a login."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

FOLDER = Path(__file__).resolve().parents[2] / "verify"

router = APIRouter()


@router.get("/log/gongkai_verify.py")
async def program() -> FileResponse:
    """One file for Python."""
    return _taken("gongkai_verify.py", "text/x-python")


@router.get("/log/verify.html")
async def page() -> FileResponse:
    """The same as a page: saved, not opened here, because it is to be used away from the platform."""
    return _taken("verify.html", "text/html")


def _taken(name: str, kind: str) -> FileResponse:
    return FileResponse(FOLDER / name, media_type=kind, filename=name)
