"""The portal's folder: files written aside and renamed; readers see the old one or the whole new one."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import structlog

from shared.errors import OutOfSpace, Unavailable

log = structlog.get_logger()

ASIDE = ".new-"  # hidden from readers; left over after a crash
LONGEST_NAME = 180  # bytes of a file's name


class PortalUnwritable(Unavailable):
    text: ClassVar[str] = "网站目录无法写入，请检查磁盘与权限，系统将自动重试"


class Folder:
    """What the edge serves, below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def write(self, url: str, data: bytes) -> str:
        """Replace the file of a URL; return the SHA-256 of `data`.

        Raises OutOfSpace, PortalUnwritable, leaving the old file as it was.
        """
        try:
            await asyncio.to_thread(_replace, self.root, url, data)
        except OSError as error:
            log.error("portal file not written", url=url, error=repr(error))
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise (OutOfSpace if full else PortalUnwritable) from error
        return sha256(data).hexdigest()

    def sweep(self) -> None:
        """Remove what a crash left half written."""
        for path in self.root.rglob(f"{ASIDE}*"):
            path.unlink(missing_ok=True)


def attachment_path(agency: str, part: Mapping[str, Any]) -> str:
    """Under the file's hash, with its own name for people."""
    return f"/a/{agency}/f/{part['sha256']}/{safe_name(part['name'])}"


def attachment_url(agency: str, part: Mapping[str, Any]) -> str:
    return quote(attachment_path(agency, part))


def safe_name(name: str) -> str:
    """A file name that stays in its folder and fits, with its ending kept."""
    plain = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name)
    stem, dot, ending = plain.lstrip(".").rpartition(".")
    if not stem or len(ending.encode()) > 10:
        stem, dot, ending = plain.lstrip("."), "", ""
    room = LONGEST_NAME - len((dot + ending).encode())
    short = stem.encode()[:room].decode(errors="ignore")
    return (short or "附件") + dot + ending


def _replace(root: Path, url: str, data: bytes) -> None:
    path = (root / url.lstrip("/")).resolve()
    if not path.is_relative_to(root.resolve()):
        raise ValueError(f"{url} is outside the portal")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=ASIDE, delete=False) as file:
        aside = Path(file.name)
        try:
            file.write(data)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
    aside.chmod(0o644)
    os.replace(aside, path)
