"""What people typed: erasable, under keyed content addresses. Facts hold the address."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from shared.db import Db
from shared.errors import NotFound


class Texts:
    """`key` makes addresses unguessable: without it nobody can test whether a name is in a fact."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def address(self, agency: str, text: str) -> str:
        """`t1:` and 64 hex digits; the same text of the same agency has one address."""
        body = f"{agency}\n{text}".encode()
        return "t1:" + hmac.new(self._key, body, sha256).hexdigest()

    async def put(self, db: Db, agency: str, text: str) -> str:
        """Store a text and return its address. An erased text typed again is stored again."""
        address = self.address(agency, text)
        await db.execute(
            "INSERT INTO texts (address, agency, body) VALUES ($1, $2, $3)"
            " ON CONFLICT (address) DO UPDATE SET body = excluded.body, erased_at = NULL"
            " WHERE texts.body IS NULL",
            address,
            agency,
            text,
        )
        return address

    async def get(self, db: Db, address: str) -> str | None:
        """The text, None when it was erased. Raises NotFound when it never was."""
        row = await db.fetchrow("SELECT body FROM texts WHERE address = $1", address)
        if row is None:
            raise NotFound
        body: str | None = row["body"]
        return body

    async def many(self, db: Db, addresses: Iterable[str | None]) -> dict[str, str | None]:
        """Those that are there; None for erased ones."""
        wanted = [address for address in addresses if address]
        rows = await db.fetch("SELECT address, body FROM texts WHERE address = ANY($1)", wanted)
        return {row["address"]: row["body"] for row in rows}

    async def erase(self, db: Db, address: str) -> None:
        """Destroy the text; every fact that names it stays valid."""
        await db.execute(
            "UPDATE texts SET body = NULL, erased_at = now()"
            " WHERE address = $1 AND body IS NOT NULL",
            address,
        )
