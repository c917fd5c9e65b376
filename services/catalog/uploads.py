"""Attachments: taken in, checked and remembered per agency; destroyed when a decision says so."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Sequence

from fastapi import UploadFile

from services.catalog.contents import File, FileRole
from shared.caller import Asking
from shared.db import Db
from shared.errors import Invalid
from shared.runtime import Runtime

MAX_FILE = 50 * 1024 * 1024  # bytes
RUNNABLE = {".exe", ".bat", ".cmd", ".com", ".js", ".vbs", ".ps1", ".msi", ".scr", ".jar", ".sh"}
MACRO = {".docm", ".xlsm", ".pptm", ".dotm", ".xltm"}


async def stored_file(
    caller: Asking, agency: str, file: UploadFile, role: FileRole = "ATTACHMENT"
) -> File:
    """Raises Invalid for an empty, too large or runnable file, OutOfSpace when the disk is full."""
    name = (file.filename or "附件").replace("/", "_").replace("\\", "_")[-120:]
    data = await file.read(MAX_FILE + 1)
    _check(name, data)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    digest = await caller.blobs.put(data)
    async with caller.writing() as db:
        await db.execute(
            "INSERT INTO uploads (agency, sha256, length, media_type) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            agency, digest, len(data), media_type,
        )  # fmt: skip
    return File(role=role, name=name, media_type=media_type, length=len(data), sha256=digest)


def _check(name: str, data: bytes) -> None:
    ending = "." + name.rpartition(".")[2].lower()
    if not data:
        raise Invalid(f"附件「{name}」是空文件，请检查后重新上传", field="files")
    if len(data) > MAX_FILE:
        raise Invalid(f"附件「{name}」超过 50 MB，请压缩或拆分后上传", field="files")
    if ending in RUNNABLE or data[:2] == b"MZ":
        raise Invalid(f"附件「{name}」是可执行文件，不能作为附件", field="files")
    if ending in MACRO or b"vbaProject.bin" in data:
        raise Invalid(f"附件「{name}」含有宏，请另存为不含宏的格式后上传", field="files")


async def checked_files(db: Db, agency: str, files: Sequence[File]) -> tuple[File, ...]:
    """The files with what was really uploaded; knowing a hash is no permission.

    Raises Invalid for a file that this agency never uploaded.
    """
    rows = await db.fetch(
        "SELECT sha256, length, media_type FROM uploads WHERE agency = $1 AND sha256 = ANY($2)",
        agency,
        [file.sha256 for file in files],
    )
    known = {row["sha256"]: row for row in rows}
    for file in files:
        if file.sha256 not in known:
            raise Invalid(f"附件「{file.name}」没有上传成功，请重新上传", field="files")
    return tuple(
        file.model_copy(
            update={
                "length": known[file.sha256]["length"],
                "media_type": known[file.sha256]["media_type"],
            }
        )
        for file in files
    )


async def erase_files(runtime: Runtime, idle: float = 2.0) -> None:
    """Destroy the files that decisions named, after their transactions; forever."""
    while True:
        await erase_pending(runtime)
        await asyncio.sleep(idle)


async def erase_pending(runtime: Runtime) -> int:
    """Destroy what is waiting; returns how many files. Safe to repeat after a crash."""
    async with runtime.worker_pool.acquire() as db:
        rows = await db.fetch("SELECT agency, sha256 FROM erasures")
        for row in rows:
            await runtime.blobs.erase(row["sha256"])
            await db.execute("DELETE FROM erasures WHERE sha256 = $1", row["sha256"])
    return len(rows)
