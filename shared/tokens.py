"""Who someone is: verifying the signed token. What they may do is the directory's business."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

AUDIENCE = "gongkai"
AGAIN = 5.0  # seconds between two reads of the issuer's keys, at least


@dataclass(frozen=True)
class Identity:
    """A verified token: `person` is a person id, or `service:<name>`."""

    person: str
    name: str
    token: str


class BadToken(Exception):
    """Not signed by our issuer, expired, or for somebody else."""


class TokenCheck:
    """Verifies RS256 tokens against the issuer's keys, which are read anew when one is unknown."""

    def __init__(self, jwks: str) -> None:
        self._source = jwks
        self._keys: KeySet | None = None
        self._read_at = 0.0
        self._claims = jwt.JWTClaimsRegistry(
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def identify(self, token: str) -> Identity:
        """Raises BadToken."""
        try:
            claims = self._verify(token, await self._key_set())
        except (JoseError, ValueError):
            try:
                claims = self._verify(token, await self._key_set(anew=True))
            except (JoseError, ValueError) as error:
                raise BadToken(str(error)) from error
        return Identity(claims["sub"], claims.get("name", claims["sub"]), token)

    def _verify(self, token: str, keys: KeySet) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["RS256"]).claims
        self._claims.validate(claims)
        return claims

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        """However many bad tokens arrive, the issuer is not flooded."""
        if self._keys is None or (anew and time.monotonic() - self._read_at > AGAIN):
            self._read_at = time.monotonic()
            self._keys = KeySet.import_key_set(orjson.loads(await self._read()))
        return self._keys

    async def _read(self) -> bytes:
        if self._source.startswith(("http://", "https://")):
            async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
                return (await http.get(self._source)).raise_for_status().content
        return await asyncio.to_thread(Path(self._source).read_bytes)
