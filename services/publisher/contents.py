"""What was approved, fetched from catalog (or feedback) by hash, verified, and kept as a copy."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from services.publisher.domain.clearance import Clearance
from services.publisher.domain.errors import TextTampered
from shared.db import Db
from shared.events import Json
from shared.runtime import Runtime


@dataclass(frozen=True)
class Content:
    """A verified manifest and its body (safe HTML)."""

    manifest_hash: str
    manifest: Json
    body: str

    @property
    def files(self) -> list[Json]:
        return [part for part in self.manifest["parts"] if part["role"] != "BODY"]


async def kept(db: Db, manifest_hash: str) -> Content | None:
    """Our copy, if there is one."""
    row = await db.fetchrow(
        "SELECT manifest, body FROM contents WHERE manifest_hash = $1", manifest_hash
    )
    return Content(manifest_hash, orjson.loads(row["manifest"]), row["body"]) if row else None


async def fetched(runtime: Runtime, cleared: Clearance) -> Content:
    """Our copy, or a fresh one. Raises PeerDown, NotFound, TextTampered."""
    async with runtime.facts.transaction() as db:
        known = await kept(db, cleared.manifest_hash)
    if known:
        return known
    if cleared.feedback_id:
        content = await _result(runtime, cleared)
    else:
        content = await _approved(runtime, cleared)
    async with runtime.facts.transaction() as db:
        await db.execute(
            "INSERT INTO contents (manifest_hash, agency, manifest, body) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            content.manifest_hash,
            cleared.agency,
            orjson.dumps(content.manifest).decode(),
            content.body,
        )
    return content


async def _approved(runtime: Runtime, cleared: Clearance) -> Content:
    digest = cleared.manifest_hash
    answer = (await runtime.peers.get("catalog", f"/api/v1/contents/{digest}")).json()
    content = verified(answer, digest)
    if content.manifest["title"] != cleared.title or content.manifest["docNo"] != cleared.doc_no:
        raise TextTampered
    for part in content.files:
        path = f"/api/v1/contents/{digest}/blobs/{part['sha256']}"
        data = (await runtime.peers.get("catalog", path, patience=30)).content
        if sha256(data).hexdigest() != part["sha256"]:
            raise TextTampered
        await runtime.blobs.put(data)
    return content


def verified(answer: Any, digest: str) -> Content:
    """Raises TextTampered unless every byte is what the hash promises."""
    manifest = answer["manifest"]
    canonical = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)
    if sha256(canonical).hexdigest() != digest:
        raise TextTampered
    body = ""
    for part in manifest["parts"]:
        if part["role"] == "BODY":
            body = answer["parts"][part["sha256"]]["text"]
            if sha256(body.encode()).hexdigest() != part["sha256"]:
                raise TextTampered
    return Content(digest, manifest, body)


async def _result(runtime: Runtime, cleared: Clearance) -> Content:
    """A handling result is plain text, committed to with a nonce."""
    digest = cleared.manifest_hash
    answer = (await runtime.peers.get("feedback", f"/api/v1/results/{digest}")).json()
    if sha256(f"{answer['nonce']}\n{answer['text']}".encode()).hexdigest() != digest:
        raise TextTampered
    manifest = {"nonce": answer["nonce"], "title": cleared.title, "docNo": None, "parts": []}
    return Content(digest, manifest, answer["text"])
