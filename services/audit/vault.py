"""Keys of the subjects and what is sealed with them. Destroying a key erases; the leaf still proves."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.db import Db

NONCE = 12


class Unsealable(Exception):
    """The sealed bytes are not what was sealed for this entry."""


class Vault:
    """`secret` wraps the keys (数据密钥); without it the tables give away neither keys nor subjects."""

    def __init__(self, secret: bytes) -> None:
        self._wrap = AESGCM(hmac.digest(secret, b"audit/kek/v1", "sha256"))
        self._names = hmac.digest(secret, b"audit/ref/v1", "sha256")

    def handle(self, subject: str) -> str:
        """The subject's keyed name (64 hex digits)."""
        return hmac.digest(self._names, subject.encode(), "sha256").hex()

    async def keys(self, db: Db, subjects: Iterable[str]) -> dict[str, bytes | None]:
        """The key of each subject by handle; made where there is none, None where destroyed."""
        handles = {self.handle(subject) for subject in subjects}
        keys = await self.known(db, handles)
        missing = {handle: secrets.token_bytes(32) for handle in handles - keys.keys()}
        await db.execute(
            "INSERT INTO vault_key (subject, wrapped) SELECT * FROM unnest($1::text[], $2::bytea[])",
            list(missing),
            [self._wrapped(handle, key) for handle, key in missing.items()],
        )
        return {**keys, **missing}

    async def known(self, db: Db, handles: Iterable[str]) -> dict[str, bytes | None]:
        """The keys that exist. Raises Unsealable for one that was exchanged."""
        rows = await db.fetch(
            "SELECT subject, wrapped FROM vault_key WHERE subject = ANY($1)", list(handles)
        )
        return {row["subject"]: self._unwrapped(row["subject"], row["wrapped"]) for row in rows}

    def _wrapped(self, handle: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._wrap.encrypt(nonce, key, handle.encode())

    def _unwrapped(self, handle: str, wrapped: bytes | None) -> bytes | None:
        return None if wrapped is None else _open(self._wrap, handle.encode(), wrapped)


def seal(dek: bytes, entry_id: str, frame: bytes) -> bytes:
    """Encrypt a record; it can be opened only as the record of this entry."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _box(dek).encrypt(nonce, frame, entry_id.encode())


def unseal(dek: bytes, entry_id: str, sealed: bytes) -> bytes:
    """Raises Unsealable."""
    return _open(_box(dek), entry_id.encode(), sealed)


def _box(dek: bytes) -> AESGCM:
    return AESGCM(hmac.digest(dek, b"audit/seal/v1", "sha256"))


def _open(box: AESGCM, name: bytes, sealed: bytes) -> bytes:
    try:
        return box.decrypt(sealed[:NONCE], sealed[NONCE:], name)
    except (InvalidTag, ValueError) as error:
        raise Unsealable(name.decode()) from error
