"""Sorting a batch of records: what is new, what is known, what contradicts, what cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import orjson

from services.audit.domain.entry import Entry, quarantined, read
from services.audit.domain.leaf import commitment
from services.audit.domain.received import Received
from services.audit.keyring import Key, Keyring
from shared.db import Db
from shared.envelope import Unreadable

T = TypeVar("T")
SLICE = 50  # computed in one go; then the transaction that is running gets its turn


class Held(NamedTuple):
    """What the ledger holds under an id: the commitment, and the handle of the key it was made with."""

    pc: str
    handle: str


@dataclass(frozen=True)
class Addition:
    """An entry to append with its key and commitment; `reason` says why a record could not be read."""

    entry: Entry
    key: Key
    pc: str
    reason: str = ""

    @property
    def held(self) -> Held:
        return Held(self.pc, self.key.handle)


async def new_ones(
    db: Db, keyring: Keyring, pending: Mapping[str, Held], records: Sequence[Received]
) -> list[Addition]:
    """What the batch adds, in the order of arrival. `pending` are entries being written just now.

    An id already taken is dropped if its content is the same, and is a conflict if not.
    """
    being_written = dict(pending)  # before looking into the database: so nothing falls in between
    entries = [_read(record) async for record in sliced(records)]
    keys = await keyring.keys(db, {entry.subject for entry, _ in entries})
    known = await _held(db, [entry.id for entry, _ in entries]) | being_written
    new: dict[str, Addition] = {}
    conflicts: dict[str, Addition] = {}
    async for entry, reason in sliced(entries):
        addition = _addition(entry, keys[entry.subject], reason)
        held = known.get(entry.id)
        if held is None:
            known[entry.id] = addition.held
            new[entry.id] = addition
        elif _contradicts(held, addition):
            other = _addition(entry.as_conflict(), addition.key, "same id, other content")
            conflicts[other.entry.id] = other
    if conflicts:
        already = await _held(db, conflicts) | being_written
        new |= {name: c for name, c in conflicts.items() if name not in already}
    return list(new.values())


async def sliced(items: Iterable[T]) -> AsyncIterator[T]:
    """The items, with a pause after each slice."""
    for n, item in enumerate(items):
        if n % SLICE == 0:
            await asyncio.sleep(0)
        yield item


def _contradicts(held: Held, addition: Addition) -> bool:
    """Under a key that was destroyed in between nothing can be compared: it is the same record again."""
    return held.handle == addition.key.handle and held.pc != addition.pc


def _addition(entry: Entry, key: Key, reason: str = "") -> Addition:
    return Addition(entry, key, commitment(key.dek, entry.id, entry.framed), reason)


def _read(record: Received) -> tuple[Entry, str]:
    try:
        return read(record), ""
    except Unreadable as error:
        return quarantined(record), str(error)


async def _held(db: Db, ids: Iterable[str]) -> dict[str, Held]:
    """What is already in the ledger under these ids."""
    rows = await db.fetch(
        "SELECT id, leaf FROM ledger_event JOIN ledger_leaf USING (idx) WHERE id = ANY($1)",
        list(ids),
    )
    said = {row["id"]: orjson.loads(row["leaf"]) for row in rows}
    return {id: Held(leaf["pc"], leaf["ref"]) for id, leaf in said.items()}
