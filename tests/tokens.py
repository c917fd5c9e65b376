"""Tokens as the issuer would sign them, with a key that exists only in this test run."""

from __future__ import annotations

import time
from functools import cache

from joserfc import jwt
from joserfc.jwk import RSAKey

ORIGIN = "http://gongkai.test"


@cache
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "test"}, private=True)


def token(person: str, name: str | None = None, *, seconds: int = 3600) -> str:
    """A token valid for so many seconds from now."""
    claims = {
        "sub": person, "name": name or person, "aud": "gongkai", "iss": f"{ORIGIN}/signin",
        "iat": int(time.time()), "exp": int(time.time()) + seconds,
    }  # fmt: skip
    return jwt.encode({"alg": "RS256", "kid": "test"}, claims, signing_key())
