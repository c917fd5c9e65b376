"""Files outside the database, under their SHA-256; erasable. A directory, or a bucket (S3)."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from shared.errors import NotFound, OutOfSpace, Unavailable
from shared.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

log = structlog.get_logger()

GONE = "文件不存在或已被删除"
CHANGED = "文件内容与登记的校验值不符，已停止提供"


class StoreAway(Unavailable):
    text = "文件存储暂时没有响应，文件没有保存或取出，请稍后再试"


class Blobs(Protocol):
    async def put(self, data: bytes) -> str:
        """Store and return the SHA-256 (hex). Raises OutOfSpace, leaving nothing behind."""

    async def get(self, digest: str) -> bytes:
        """The bytes, checked against their name. Raises NotFound."""

    async def erase(self, digest: str) -> None: ...


def blobs_for(service: str, settings: Settings) -> Blobs:
    """The store the settings name; each service has its own part of it."""
    if not settings.blobs:
        return DirectoryBlobs(settings.data / "blobs" / service)
    return S3Blobs(bucket(f"{settings.blobs.rstrip('/')}/{service}", settings))


def _place(digest: str) -> str:
    """`ab/cdef…`; raises NotFound for what is no digest."""
    if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
        raise NotFound(GONE)
    return f"{digest[:2]}/{digest[2:]}"


def _checked(data: bytes, digest: str) -> bytes:
    if sha256(data).hexdigest() != digest:
        raise NotFound(CHANGED)
    return data


class DirectoryBlobs:
    """A directory: written aside, synced and renamed, so never half there and never lost again."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        await asyncio.to_thread(self._write, self._root / _place(digest), data)
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
            for folder in (path.parent, self._root):  # the names, too, outlive a power failure
                _sync(folder)
        except OSError as error:
            if aside is not None:
                Path(aside).unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise OutOfSpace from error
            raise

    async def get(self, digest: str) -> bytes:
        try:
            data = await asyncio.to_thread((self._root / _place(digest)).read_bytes)
        except FileNotFoundError:
            raise NotFound(GONE) from None
        return _checked(data, digest)

    async def erase(self, digest: str) -> None:
        await asyncio.to_thread((self._root / _place(digest)).unlink, missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def bucket(url: str, settings: Settings) -> S3Store:
    """`url` is s3://bucket/prefix. Without a key the environment's own credentials are used."""
    config: S3Config = {"region": settings.s3_region}
    if settings.s3_endpoint:
        config["endpoint"] = settings.s3_endpoint
    if settings.s3_key:
        config["access_key_id"] = settings.s3_key
        config["secret_access_key"] = settings.s3_secret.get_secret_value()
    return S3Store.from_url(
        url,
        config=config,
        client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "60s"},
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
    )


class S3Blobs:
    """A bucket. What is erased is destroyed only where the bucket keeps no old versions."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def put(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        try:
            await self._store.put_async(_place(digest), data)
        except BaseError as error:
            raise _refusal(error) from error
        return digest

    async def get(self, digest: str) -> bytes:
        try:
            found = await self._store.get_async(_place(digest))
            data = bytes(await found.bytes_async())
        except (NotFoundError, FileNotFoundError):
            raise NotFound(GONE) from None
        except BaseError as error:
            raise _refusal(error) from error
        return _checked(data, digest)

    async def erase(self, digest: str) -> None:
        try:
            await self._store.delete_async(_place(digest))
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            raise _refusal(error) from error


def _refusal(error: BaseError) -> OutOfSpace | StoreAway:
    """S3 has no one code for "full": these are the ones of MinIO and Ceph."""
    log.warning("object store refused", error=repr(error))
    full = any(word in str(error) for word in ("StorageFull", "QuotaExceeded"))
    return OutOfSpace() if full else StoreAway()
