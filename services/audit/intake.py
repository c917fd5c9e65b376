"""Sorting a batch of records: what is new, what is known, what contradicts, what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from services.audit.domain.entry import Entry, Received, commitment, quarantined, read
from services.audit.vault import Vault
from shared.db import Db
from shared.envelope import Unreadable


@dataclass(frozen=True)
class Addition:
    """An entry to append, its key and handle; `reason` says why a record could not be read."""

    entry: Entry
    dek: bytes
    handle: str
    reason: str = ""


async def new_ones(db: Db, vault: Vault, records: Sequence[Received]) -> list[Addition]:
    """What the batch adds, in the order of arrival.

    An id already taken is dropped if its content is the same, and is a conflict if not.
    """
    read_ones = [_read(record) for record in records]
    keys = await vault.keys(db, {entry.subject for entry, _ in read_ones})
    known = await _commitments(db, [entry.id for entry, _ in read_ones])
    new: dict[str, Addition] = {}
    conflicts: dict[str, Addition] = {}
    for entry, reason in read_ones:
        handle = vault.handle(entry.subject)
        dek = keys[handle]
        if dek is None:
            continue  # erased by law: it is not taken in again
        own = commitment(dek, entry.id, entry.framed)
        if entry.id not in known:
            known[entry.id] = own
            new[entry.id] = Addition(entry, dek, handle, reason)
        elif known[entry.id] != own:
            other = entry.as_conflict()
            conflicts[other.id] = Addition(other, dek, handle, "same id, other content")
    if conflicts:
        already = await _commitments(db, conflicts)
        new |= {name: c for name, c in conflicts.items() if name not in already}
    return list(new.values())


def _read(record: Received) -> tuple[Entry, str]:
    try:
        return read(record), ""
    except Unreadable as error:
        return quarantined(record), str(error)


async def _commitments(db: Db, ids: Iterable[str]) -> dict[str, str]:
    """The commitments already in the ledger under these ids."""
    rows = await db.fetch(
        "SELECT id, leaf FROM ledger_event JOIN ledger_leaf USING (idx) WHERE id = ANY($1)",
        list(ids),
    )
    return {row["id"]: orjson.loads(row["leaf"])["pc"] for row in rows}
