"""Records opened for evidence, with their salts; and for those that were erased, the entry that says so."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.audit import proofs
from services.audit.domain.entry import ERASURE
from services.audit.domain.index import content
from services.audit.domain.leaf import committed, salt
from services.audit.vault import Unsealable, Vault, unseal
from shared.db import Db
from shared.envelope import Unreadable

SEALED = """
SELECT l.idx, l.leaf, p.subject, p.sealed FROM ledger_leaf l LEFT JOIN ledger_payload p USING (idx)
WHERE l.idx = ANY($1) ORDER BY l.idx
"""
ERASURES = "SELECT idx FROM ledger_event WHERE type = $1 ORDER BY idx"


@dataclass(frozen=True)
class Opened:
    """A record and the salt that shows it to be the one the leaf commits to."""

    record: bytes
    salt: bytes


async def opened(db: Db, vault: Vault, indexes: Iterable[int]) -> dict[int, Opened | None]:
    """By index; None where the key is gone. Raises Unproved for a record that is not the leaf's."""
    rows = await db.fetch(SEALED, list(indexes))
    return await opened_rows(db, vault, rows)


async def opened_rows(db: Db, vault: Vault, rows: Iterable[Any]) -> dict[int, Opened | None]:
    """The same for rows of `idx`, `leaf`, `subject`, `sealed`."""
    rows = list(rows)
    try:
        keys = await vault.known(db, {row["subject"] for row in rows if row["subject"]})
        return {row["idx"]: _opened(row, keys) for row in rows}
    except Unsealable as error:
        raise proofs.failed(f"a record or a key was exchanged: {error}") from error


def _opened(row: Any, keys: Mapping[str, bytes | None]) -> Opened | None:
    dek = keys.get(row["subject"])
    if dek is None:
        return None
    said = orjson.loads(row["leaf"])
    record, salted = unseal(dek, said["id"], row["sealed"]), salt(dek, said["id"])
    if not hmac.compare_digest(committed(salted, record), said["pc"]):
        raise Unsealable(said["id"])
    return Opened(record, salted)


async def erasures(db: Db, vault: Vault) -> dict[str, int]:
    """By handle, the index of the entry that records the erasure of its key."""
    indexes = [row["idx"] for row in await db.fetch(ERASURES, ERASURE)]
    found: dict[str, int] = {}
    for index, one in (await opened(db, vault, indexes)).items():
        try:
            handles = content(one.record)["handles"] if one else []
        except (Unreadable, KeyError):
            continue
        found |= dict.fromkeys(handles, index)
    return found
