"""What was approved, fetched by hash from catalog or feedback, kept as a copy; verified at each use."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import structlog

from services.publisher.domain.clearance import Clearance
from services.publisher.domain.errors import TextTampered
from shared.db import Db
from shared.events import Json
from shared.runtime import Runtime

log = structlog.get_logger()


@dataclass(frozen=True)
class Content:
    """A verified manifest and its body: safe HTML, for a handling result plain text."""

    manifest_hash: str
    manifest: Json
    body: str

    @property
    def attachments(self) -> list[Json]:
        return self._parts("ATTACHMENT")

    @property
    def interpretations(self) -> list[Json]:
        """解读: approved in the same manifest, so it is public together with the text (S4-12)."""
        return self._parts("INTERPRETATION")

    @property
    def files(self) -> list[Json]:
        return [part for part in self.manifest["parts"] if part["role"] != "BODY"]

    def _parts(self, role: str) -> list[Json]:
        return [part for part in self.manifest["parts"] if part["role"] == role]


async def kept(db: Db, manifest_hash: str) -> Content | None:
    """Our copy, if there is one. Raises TextTampered when it is not what was approved."""
    row = await db.fetchrow(
        "SELECT manifest, body FROM contents WHERE manifest_hash = $1", manifest_hash
    )
    return verified(orjson.loads(row["manifest"]), row["body"], manifest_hash) if row else None


async def fetched(runtime: Runtime, cleared: Clearance) -> Content:
    """Our copy, or a fresh one. Raises PeerDown, NotFound, TextTampered."""
    async with runtime.facts.reading() as db:
        known = await kept(db, cleared.manifest_hash)
    return known or await _fetch(runtime, cleared)


async def _fetch(runtime: Runtime, cleared: Clearance) -> Content:
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
            canonical(content.manifest).decode(),
            content.body,
        )
    return content


async def _approved(runtime: Runtime, cleared: Clearance) -> Content:
    digest = cleared.manifest_hash
    answer = (await runtime.peers.get("catalog", f"/api/v1/contents/{digest}")).json()
    content = verified(answer["manifest"], _body_in(answer), digest)
    if content.manifest["title"] != cleared.title or content.manifest["docNo"] != cleared.doc_no:
        log.error("approved title is not the manifest's", item=cleared.item_id)
        raise TextTampered
    for part in content.files:
        path = f"/api/v1/contents/{digest}/blobs/{part['sha256']}"
        data = (await runtime.peers.get("catalog", path, patience=30)).content
        if sha256(data).hexdigest() != part["sha256"]:
            log.error("attachment is not the approved one", item=cleared.item_id, part=part)
            raise TextTampered
        await runtime.blobs.put(data)
    return content


def _body_in(answer: Any) -> str:
    bodies = [part["sha256"] for part in answer["manifest"]["parts"] if part["role"] == "BODY"]
    return answer["parts"][bodies[0]]["text"] if bodies else ""


async def _result(runtime: Runtime, cleared: Clearance) -> Content:
    """A handling result is plain text, committed to with a nonce."""
    digest = cleared.manifest_hash
    answer = (await runtime.peers.get("feedback", f"/api/v1/results/{digest}")).json()
    manifest = {"nonce": answer["nonce"], "title": cleared.title, "docNo": None, "parts": []}
    return verified(manifest, answer["text"], digest)


def canonical(manifest: Json) -> bytes:
    """The bytes whose SHA-256 is the manifest's hash."""
    return orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)


def verified(manifest: Json, body: str, digest: str) -> Content:
    """Raises TextTampered unless manifest and body are what the hash promises, byte by byte."""
    bodies = [part["sha256"] for part in manifest["parts"] if part["role"] == "BODY"]
    is_result = bool(body) and not bodies
    promised = f"{manifest['nonce']}\n{body}".encode() if is_result else canonical(manifest)
    shown = [sha256(body.encode()).hexdigest()] if bodies else []
    if sha256(promised).hexdigest() != digest or bodies != shown:
        log.error("text is not the approved one", manifest_hash=digest)
        raise TextTampered
    return Content(digest, manifest, body)
