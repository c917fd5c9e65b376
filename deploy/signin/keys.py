"""The issuer's signing key, kept in a file, and the tokens made with it."""

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

AUDIENCE = "gongkai"
LIFETIME = timedelta(hours=8)


def signing_key(folder: Path) -> RSAKey:
    """The key in `folder`/key.json (mode 0600), made when there is none; jwks.json lies beside it."""
    path = folder / "key.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        _write_privately(path, json.dumps(made.as_dict(private=True)))
    key = RSAKey.import_key(json.loads(path.read_text("utf-8")))
    (folder / "jwks.json").write_text(json.dumps(public_keys(key)), "utf-8")
    return key


def public_keys(key: RSAKey) -> dict[str, Any]:
    """The JWKS document."""
    return dict(KeySet([key]).as_dict(private=False))


@dataclass(frozen=True)
class Issuer:
    """Signs tokens (RS256) in the name of `<public origin>/signin`."""

    key: RSAKey
    public_url: str

    def token(self, subject: str, at: datetime, **claims: str) -> str:
        """For `subject`, who proved who they are at `at` (UTC); good for eight hours."""
        moment = int(at.timestamp())
        body = {
            "iss": f"{self.public_url}/signin",
            "aud": AUDIENCE,
            "sub": subject,
            "iat": moment,
            "auth_time": moment,
            "exp": moment + int(LIFETIME.total_seconds()),
            **claims,
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, body, self.key)


def _write_privately(path: Path, text: str) -> None:
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    making.rename(path)
