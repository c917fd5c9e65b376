"""The content of a revision: manifest, texts and files; stored, served by hash, erased."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import sha256
from html import escape

import nh3
import orjson

from shared.db import Db
from shared.errors import Invalid, NotFound
from shared.events import Json, Wire

MAX_BODY = 1_000_000  # characters
MAX_TITLE = 200
TAGS = {"p", "br", "h2", "h3", "h4", "strong", "em", "u", "ul", "ol", "li", "table", "thead",
        "tbody", "tr", "th", "td", "caption", "blockquote", "a", "sub", "sup"}  # fmt: skip


class File(Wire):
    """An attachment or interpretation that was uploaded before. `length` in bytes."""

    role: str = "ATTACHMENT"
    name: str
    media_type: str
    length: int
    sha256: str


def safe_html(body: str) -> str:
    """What a person typed or pasted as safe HTML; plain text becomes paragraphs.

    Raises Invalid when it is longer than a million characters.
    """
    if len(body) > MAX_BODY:
        raise Invalid(
            f"正文过长：{len(body):,} 字，最多 {MAX_BODY:,} 字。请将长篇内容作为附件上传",
            field="body",
        )
    if "<" not in body:
        paragraphs = (line.strip() for line in body.splitlines())
        return "".join(f"<p>{escape(line, quote=False)}</p>" for line in paragraphs if line)
    cleaned: str = nh3.clean(
        body,
        tags=TAGS,
        attributes={
            "a": {"href"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
        },
        url_schemes={"http", "https", "mailto"},
    )
    return cleaned


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
