"""The ZIP of an evidence: the same evidence is the same bytes, whenever and wherever it is written."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import orjson

from shared.events import Json
from tlog.text import base64

LARGEST = 256 * 1024 * 1024  # bytes, unpacked
MEMBERS = 20_000  # docs/evidence.md 1
Stream = Callable[[], AsyncIterator[bytes]]
Files = dict[str, bytes | Stream]


class TooLarge(Exception):
    """More than a verifier reads: to be exported in parts."""


async def write(path: Path, files: Mapping[str, bytes | Stream]) -> None:
    """Write the members, sorted by name. Raises TooLarge."""
    if len(files) > MEMBERS:
        raise TooLarge
    total = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
        for name in sorted(files):
            with archive.open(_info(name), "w") as member:
                async for part in _parts(files[name]):
                    total += len(part)
                    if total > LARGEST:
                        raise TooLarge
                    await asyncio.to_thread(member.write, part)


def claim(**said: object) -> bytes:
    """`evidence.json`."""
    fields: Json = {"version": 1, **said}
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def size_of(files: Files) -> int:
    """Of the note that the evidence is proved against."""
    said = files["evidence.json"]
    assert isinstance(said, bytes)
    return int(orjson.loads(said)["size"])


def hash_lines(hashes: Sequence[bytes]) -> bytes:
    return "".join(f"{base64(one)}\n" for one in hashes).encode()


async def _parts(content: bytes | Stream) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    async for part in content():
        yield part


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info
