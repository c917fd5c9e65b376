"""What may prove that a channel has shown something: told from the bytes, never from the file's name."""

from __future__ import annotations

from typing import Literal

from services.publisher.domain.errors import (
    EvidenceNeeded,
    EvidenceTooLarge,
    PhotoNeeded,
    UnknownEvidence,
)

MAX_EVIDENCE = 20 * 1024 * 1024  # bytes
BOARDS = frozenset({"NOTICE_BOARD", "INTERNAL_BOARD"})
HEIF = frozenset({b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif"})
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def media_type(data: bytes) -> str | None:
    """Of a photo, a PDF or a Word document; None for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in HEIF:
        return "image/heic"
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"PK\x03\x04") and b"word/" in data:
        return DOCX
    return None


def kind_of(channel: str, data: bytes) -> Literal["PHOTO", "MINUTES"]:
    """Raises EvidenceNeeded (empty), EvidenceTooLarge, PhotoNeeded (a board), UnknownEvidence."""
    if not data:
        raise EvidenceNeeded(field="file")
    if len(data) > MAX_EVIDENCE:
        raise EvidenceTooLarge(field="file")
    kind = media_type(data)
    image = kind is not None and kind.startswith("image/")
    if channel in BOARDS and not image:
        raise PhotoNeeded(field="file")
    if kind is None:
        raise UnknownEvidence(field="file")
    return "PHOTO" if image else "MINUTES"
