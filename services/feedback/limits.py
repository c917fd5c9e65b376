"""Rate limit of the public form: token buckets in PostgreSQL, shared by every process."""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address, ip_network

from fastapi import Request

from shared.caller import Asking
from shared.db import Db
from shared.http import TooMany


class TooManyOpinions(TooMany):
    text = "提交过于频繁，请稍后再试；您填写的内容仍保留在页面上"


@dataclass(frozen=True)
class Bucket:
    """Holds `size` tokens and gains one every `seconds`."""

    key: str
    size: float
    seconds: float


def buckets(key: bytes, address: str, item_id: str) -> tuple[Bucket, Bucket]:
    """One per client address (a /64 for IPv6), kept only as a keyed hash, and one per item."""
    who = hmac.new(key, b"client\n" + network(address).encode(), sha256).hexdigest()
    return Bucket(f"a:{who}", 10, 30), Bucket(f"i:{item_id}", 100, 2)


def network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


TAKE = """
INSERT INTO buckets AS b (key, tokens, at) VALUES ($1, $2::float8 - 1, $4)
ON CONFLICT (key) DO UPDATE SET at = $4,
    tokens = least($2, b.tokens + greatest(extract(epoch FROM $4 - b.at), 0) / $3::float8) - 1
WHERE least($2, b.tokens + greatest(extract(epoch FROM $4 - b.at), 0) / $3::float8) >= 1
RETURNING tokens
"""


async def take(db: Db, wanted: Iterable[Bucket], now: datetime) -> None:
    """A token from each bucket, or none. Raises TooManyOpinions with `retryAfter` in seconds."""
    for bucket in wanted:
        left = await db.fetchval(TAKE, bucket.key, bucket.size, bucket.seconds, now)
        if left is None:
            row = await db.fetchrow("SELECT tokens, at FROM buckets WHERE key = $1", bucket.key)
            gained = (now - row["at"]).total_seconds() / bucket.seconds
            wait = (1 - row["tokens"] - gained) * bucket.seconds
            raise TooManyOpinions(retryAfter=max(1, math.ceil(wait)))
    await db.execute("DELETE FROM buckets WHERE at < $1::timestamptz - interval '1 day'", now)


def address(request: Request) -> str:
    """The client's, as the edge reports it (uvicorn has read X-Forwarded-For from our own proxy)."""
    return request.client.host if request.client else "unknown"


async def admit(caller: Asking, address: str, item_id: str) -> None:
    """Let one public submission pass; in a transaction of its own, so that refused text costs too."""
    await _admit(caller, buckets(_key(caller), address, item_id))


async def admit_query(caller: Asking, address: str) -> None:
    """Let one look at a receipt pass: counting through numbers must not pay."""
    who, _ = buckets(_key(caller), address, "")
    await _admit(caller, [Bucket(f"q{who.key}", 30, 6)])


def _key(caller: Asking) -> bytes:
    return bytes.fromhex(caller.runtime.settings.text_key.get_secret_value())


async def _admit(caller: Asking, wanted: Iterable[Bucket]) -> None:
    async with caller.writing() as db:
        await take(db, wanted, caller.now)
