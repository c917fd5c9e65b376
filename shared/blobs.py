"""Files outside the database, under their SHA-256; erasable."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from shared.errors import NotFound, OutOfSpace


class Blobs(Protocol):
    async def put(self, data: bytes) -> str:
        """Store and return the SHA-256 (hex). Raises OutOfSpace, leaving nothing behind."""

    async def get(self, digest: str) -> bytes:
        """The bytes, checked against their name. Raises NotFound."""

    async def erase(self, digest: str) -> None: ...


class DirectoryBlobs:
    """A directory: `ab/cdef…`, written aside, synced and renamed, so never half there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise NotFound
        return self._root / digest[:2] / digest[2:]

    async def put(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        await asyncio.to_thread(self._write, self._path(digest), data)
        return digest

    def _write(self, path: Path, data: bytes) -> None:
        if path.exists():
            return
        aside = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                aside = file.name
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        except OSError as error:
            if aside is not None:
                Path(aside).unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise OutOfSpace from error
            raise

    async def get(self, digest: str) -> bytes:
        try:
            data = await asyncio.to_thread(self._path(digest).read_bytes)
        except FileNotFoundError:
            raise NotFound("文件不存在或已被删除") from None
        if sha256(data).hexdigest() != digest:
            raise NotFound("文件内容与登记的校验值不符，已停止提供")
        return data

    async def erase(self, digest: str) -> None:
        await asyncio.to_thread(self._path(digest).unlink, missing_ok=True)
