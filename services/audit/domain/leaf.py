"""The bytes of a leaf, version 1: what is hashed, once and for ever. Made here and nowhere else. Pure.

A leaf holds commitments and non-personal facts only; the record itself lies beside it, sealed.
It is a deterministic function of the record and the subject's key.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from services.audit.domain.canonical import written
from services.audit.domain.entry import Entry

VERSION = 1
ALGORITHM = "hmac-sha256/1"
SALT = b"audit/salt/v1"


def salt(dek: bytes, entry_id: str) -> bytes:
    """Makes the commitment hiding and unlinkable; derived, so that taking in again gives the same."""
    return hmac.digest(dek, SALT + entry_id.encode(), "sha256")


def commitment(dek: bytes, entry_id: str, frame: bytes) -> str:
    """Commits to key, `ce_*` headers and value (43 characters, base64url)."""
    return committed(salt(dek, entry_id), frame)


def committed(salted: bytes, frame: bytes) -> str:
    """The same for whoever was given the salt and not the key."""
    digest = hmac.digest(salted, frame, "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def leaf(entry: Entry, pc: str, handle: str) -> bytes:
    """The bytes that are hashed. `pc` is the commitment, `handle` the subject's keyed name:
    outsiders cannot link by it. Raises NotCanonical."""
    return written(
        {
            "agg": entry.category,
            "alg": ALGORITHM,
            "av": entry.version,
            "id": entry.id,
            "kts": entry.timestamp,
            "org": entry.agency,
            "pc": pc,
            "position": entry.position,
            "ref": handle,
            "src": entry.source,
            "svc": entry.service,
            "t": entry.time,
            "type": entry.type,
            "v": VERSION,
        }
    )
