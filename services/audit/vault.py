"""Keys of the subjects and what is sealed with them. Destroying a key erases; the leaf still proves."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.db import Db
from shared.settings import Settings

NONCE = 12
GENERATIONS = 8  # of one subject's key: erased, and heard of again


class Unsealable(Exception):
    """The sealed bytes are not what was sealed for this entry."""


class Vault:
    """`secret` wraps the keys (数据密钥); without it the tables give away neither keys nor subjects."""

    def __init__(self, secret: bytes) -> None:
        self._wrap = AESGCM(hmac.digest(secret, b"audit/kek/v1", "sha256"))
        self._names = hmac.digest(secret, b"audit/ref/v1", "sha256")

    def handle(self, subject: str, generation: int = 0) -> str:
        """The subject's keyed name (64 hex digits). After an erasure the next generation begins."""
        name = f"{subject}\x00{generation}" if generation else subject
        return hmac.digest(self._names, name.encode(), "sha256").hex()

    def names(self, subject: str, handle: str) -> bool:
        """Whether the handle is the subject's, of whichever generation."""
        return any(self.handle(subject, n) == handle for n in range(GENERATIONS))

    async def known(self, db: Db, handles: Iterable[str]) -> dict[str, bytes | None]:
        """The keys that exist. Raises Unsealable for one that was exchanged."""
        rows = await db.fetch(
            "SELECT subject, wrapped FROM vault_key WHERE subject = ANY($1)", list(handles)
        )
        return {row["subject"]: self.unwrapped(row["subject"], row["wrapped"]) for row in rows}

    def wrapped(self, handle: str, key: bytes) -> bytes:
        """A key as it is stored."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._wrap.encrypt(nonce, key, handle.encode())

    def unwrapped(self, handle: str, wrapped: bytes | None) -> bytes | None:
        """The key again; None for one that was destroyed. Raises Unsealable."""
        return None if wrapped is None else _open(self._wrap, handle.encode(), wrapped)


def seal(dek: bytes, entry_id: str, frame: bytes) -> bytes:
    """Encrypt a record; it can be opened only as the record of this entry."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _box(dek).encrypt(nonce, frame, entry_id.encode())


def forget_boxes() -> None:
    """Nothing that a destroyed key has made stays in memory."""
    _box.cache_clear()


def unseal(dek: bytes, entry_id: str, sealed: bytes) -> bytes:
    """Raises Unsealable."""
    return _open(_box(dek), entry_id.encode(), sealed)


@lru_cache(4096)  # a subject's records often come one after the other
def _box(dek: bytes) -> AESGCM:
    return AESGCM(hmac.digest(dek, b"audit/seal/v1", "sha256"))


def _open(box: AESGCM, name: bytes, sealed: bytes) -> bytes:
    try:
        return box.decrypt(sealed[:NONCE], sealed[NONCE:], name)
    except (InvalidTag, ValueError) as error:
        raise Unsealable(name.decode()) from error


def vault_of(settings: Settings) -> Vault:
    """The vault of a running service."""
    return Vault(bytes.fromhex(settings.text_key.get_secret_value()))
