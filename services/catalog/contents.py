"""The content of a revision: manifest, texts and files; stored, served by hash, erased."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import orjson
from pydantic import Field

from shared.db import Db
from shared.errors import NotFound
from shared.events import Json, Wire

MAX_TITLE = 200

FileRole = Literal["ATTACHMENT", "INTERPRETATION"]


class File(Wire):
    """An attachment or an interpretation (解读) that was uploaded before. `length` in bytes.

    The BODY is no file: a manifest has one, and it is the text itself.
    """

    role: FileRole = "ATTACHMENT"
    name: str = Field(min_length=1, max_length=120)
    media_type: str
    length: int
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


def manifest_of(title: str, doc_no: str | None, body: str, files: Sequence[File]) -> Json:
    """Manifest of a revision; the nonce keeps anyone from guessing the text from its hash."""
    raw = body.encode()
    part = {
        "role": "BODY",
        "name": "正文",
        "mediaType": "text/html",
        "length": len(raw),
        "sha256": sha256(raw).hexdigest(),
    }
    return {
        "nonce": secrets.token_hex(16),
        "title": title,
        "docNo": doc_no or None,
        "parts": ([part] if body else []) + [file.wire() for file in files],
    }


def hash_of(manifest: Json) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def store(db: Db, agency: str, item_id: str, manifest: Json, body: str) -> str:
    """Keep manifest and body of an item; return the manifest's hash."""
    digest = hash_of(manifest)
    await db.execute(
        "INSERT INTO manifests (hash, agency, item_id, manifest) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        digest,
        agency,
        item_id,
        orjson.dumps(manifest).decode(),
    )
    if body:
        await db.execute(
            "INSERT INTO parts (agency, sha256, body) VALUES ($1, $2, $3)"
            " ON CONFLICT (agency, sha256) DO UPDATE SET body = excluded.body",
            agency,
            sha256(body.encode()).hexdigest(),
            body,
        )
    return digest


async def manifest(db: Db, digest: str) -> Json:
    """Raises NotFound when it never was, or was destroyed."""
    found = await db.fetchval("SELECT manifest FROM manifests WHERE hash = $1", digest)
    if found is None:
        raise NotFound("文本不存在或已依法销毁")
    loaded: Json = orjson.loads(found)
    return loaded


async def body(db: Db, agency: str, of: Json) -> str:
    """The HTML of the manifest's BODY part; empty when there is none."""
    wanted = [part["sha256"] for part in of["parts"] if part["role"] == "BODY"]
    if not wanted:
        return ""
    found = await db.fetchval(
        "SELECT body FROM parts WHERE agency = $1 AND sha256 = $2", agency, wanted[0]
    )
    return str(found or "")
