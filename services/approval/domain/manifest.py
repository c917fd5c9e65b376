"""Manifest 文本清单: reading what catalog gives for a hash, and proving that it is what was submitted."""

from __future__ import annotations

from hashlib import sha256

import orjson

from services.approval.domain.errors import TextTampered
from services.approval.domain.submission import Cleared
from shared.events import Json, Wire


class Part(Wire):
    """One file of a revision. `length` in bytes."""

    role: str
    name: str = ""
    media_type: str
    length: int
    sha256: str


class Manifest(Wire):
    """Title, document number and parts; all of it public together or not at all."""

    title: str
    doc_no: str | None = None
    parts: tuple[Part, ...] = ()


class Content(Wire):
    """A verified manifest with the texts that came with it, by SHA-256."""

    manifest_hash: str
    manifest: Manifest
    texts: dict[str, str]

    @property
    def cleared(self) -> Cleared:
        return Cleared(
            manifest_hash=self.manifest_hash, title=self.manifest.title, doc_no=self.manifest.doc_no
        )

    @property
    def body(self) -> str:
        """The HTML of the BODY part; empty when there is none."""
        bodies = [part for part in self.manifest.parts if part.role == "BODY"]
        return "".join(self.texts.get(part.sha256, "") for part in bodies)

    @property
    def files(self) -> tuple[Part, ...]:
        """Attachments and interpretations."""
        return tuple(part for part in self.manifest.parts if part.role != "BODY")


def manifest_hash_of(manifest: Json) -> str:
    """SHA-256 (hex) of the canonical JSON: sorted keys, UTF-8, no spaces."""
    return sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def verified(answer: Json, manifest_hash: str) -> Content:
    """Catalog's answer, when every byte of it is what the hash promises. Raises TextTampered."""
    if manifest_hash_of(answer["manifest"]) != manifest_hash:
        raise TextTampered
    manifest = Manifest.model_validate(answer["manifest"])
    texts = {sha: part["text"] for sha, part in answer["parts"].items() if "text" in part}
    for part in manifest.parts:
        text = texts.get(part.sha256)
        if text is None and part.role == "BODY":
            raise TextTampered
        if text is not None and sha256(text.encode()).hexdigest() != part.sha256:
            raise TextTampered
    known = {part.sha256 for part in manifest.parts}
    return Content(
        manifest_hash=manifest_hash,
        manifest=manifest,
        texts={sha: text for sha, text in texts.items() if sha in known},
    )


def verified_file(content: bytes, sha: str) -> bytes:
    """An attachment's bytes. Raises TextTampered."""
    if sha256(content).hexdigest() != sha:
        raise TextTampered
    return content
