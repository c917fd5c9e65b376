"""What the log says of itself between batches: its beginning, what is missing, each closed day, its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import orjson
import structlog

from services.audit import batch as batches
from services.audit.domain import day as days
from services.audit.domain.canonical import Value
from services.audit.domain.entry import DAY, ERASURE, FREEZE, GAP, GENESIS, ROTATION, Entry
from services.audit.domain.leaf import commitment
from services.audit.domain.system import system_entry
from services.audit.intake import Addition
from services.audit.log import Ledger
from services.audit.vault import GENERATIONS
from shared.workdays import legal_day
from tlog.checkpoint import checkpoint_of
from tlog.note import Vkey, parse_note
from tlog.text import base64

log = structlog.get_logger()
AT_ONCE = 200  # findings told in one go
UNTOLD = (
    "SELECT id, kind, service, subject, first, last FROM ledger_finding WHERE told IS NULL"
    " AND kind IN ('gap', 'omission', 'surplus', 'lost') ORDER BY found_at, id LIMIT $1"
)
ORDERED = """
SELECT id, type, said FROM ledger_order o
WHERE NOT EXISTS (SELECT 1 FROM ledger_event e WHERE e.id = o.id || ':1') ORDER BY ordered_at, id
"""
APPROVED = """
SELECT erasure, office, subject, basis FROM erasures x WHERE stage = 'APPROVED'
    AND NOT EXISTS (SELECT 1 FROM ledger_event e WHERE e.id = 'erased-' || x.erasure || ':1')
ORDER BY decided_at, erasure
"""
LIVING = "SELECT subject FROM vault_key WHERE subject = ANY($1) AND destroyed_at IS NULL"
DESTROY = (
    "UPDATE vault_key SET wrapped = NULL, destroyed_at = now(), erased_by = $1"
    " WHERE subject = ANY($2)"
)


class Frozen(Exception):
    """The log was closed by its own last entry: nothing is appended any more."""


@dataclass(frozen=True)
class Saying:
    """An entry of the log's own, and a statement run with it: its first argument is the entry's index."""

    entry: Entry
    sql: str = ""
    args: tuple[object, ...] = ()


@dataclass
class House:
    """Kept by whoever leads. `last` is the last closed day and the index of its entry."""

    ledger: Ledger
    last: tuple[date, int] | None = None
    opened: date | None = field(default=None, init=False)

    async def open(self, origin: str, previous: bytes = b"", keys: Sequence[Vkey] = ()) -> None:
        """Begin the log if it has no beginning, and name the keys it is signed with. `previous` is the last
        note of the log before this one. Raises Frozen.
        """
        db = self.ledger.reader
        if await db.fetchval("SELECT 1 FROM ledger_event WHERE type = $1 LIMIT 1", FREEZE):
            raise Frozen
        if origin and not await db.fetchval(
            "SELECT 1 FROM ledger_event WHERE type = $1 LIMIT 1", GENESIS
        ):
            await self.say([Saying(_genesis(origin, previous, datetime.now(UTC)))])
        for key in keys:
            stream = f"key-{key.id.hex()}"
            if not await db.fetchval("SELECT 1 FROM ledger_event WHERE id = $1", f"{stream}:1"):
                said = {"key": str(key)}
                await self.say([Saying(system_entry(ROTATION, stream, datetime.now(UTC), said))])
        row = await db.fetchrow(
            "SELECT stream, idx FROM ledger_event WHERE type = $1"
            " ORDER BY occurred_at DESC, idx DESC LIMIT 1",
            DAY,
        )
        self.last = (date.fromisoformat(row["stream"][4:]), row["idx"]) if row else None

    async def keep(self, now: datetime) -> int:
        """Say what there is to say, and note the head for signing; returns how many entries were added.

        Raises Frozen after the last entry of all.
        """
        await self.close_days(now)
        db, ledger = self.ledger.reader, self.ledger
        sayings = [_gap(row, now) for row in await db.fetch(UNTOLD, AT_ONCE)]
        sayings += [await self._erasure(row, now) for row in await db.fetch(APPROVED)]
        sayings += [_order(row, now) for row in await db.fetch(ORDERED)]
        last = any(saying.entry.type == FREEZE for saying in sayings)
        if last:
            ledger.checkpointed = 0.0  # the end must be noted, whatever was noted just now
        if sayings:
            await self.say(sayings)
        elif ledger.size > ledger.checkpoint_size:
            async with ledger.db.transaction():
                await ledger.fence(ledger.size)
                await ledger.checkpoint(ledger.size, ledger.edge.tree.root())
        if last:
            raise Frozen
        return len(sayings)

    async def close_days(self, now: datetime) -> None:
        """An entry for each day that is over: what was taken in since the one before."""
        opened = self.opened or await self._opened(now)
        for day in days.days_to_close(self.last and self.last[0], opened, legal_day(now)):
            first = self.last[1] if self.last else 0
            counted = await self._tally(first, self.ledger.size)
            said = days.said_of(day.isoformat(), first, counted)
            index = self.ledger.size
            await self.say([Saying(system_entry(DAY, f"day-{day.isoformat()}", now, said))])
            self.last = (day, index)
            log.info("day closed", day=str(day), first=first, end=index)

    async def say(self, sayings: Sequence[Saying]) -> None:
        """Append entries of the log's own in one transaction. Raises LostLead."""
        ledger = self.ledger
        keys = await ledger.keyring.keys(ledger.reader, {s.entry.subject for s in sayings})
        additions = [
            Addition(s.entry, key, commitment(key.dek, s.entry.id, s.entry.framed))
            for s in sayings
            for key in (keys[s.entry.subject],)
        ]
        batch = await batches.computed(ledger.edge, additions, ledger.keyring.made())
        async with ledger.db.transaction():
            await ledger.fence(batch.start)
            await ledger.put(batch)
            for index, saying in enumerate(sayings, batch.start):
                if saying.sql:
                    await ledger.db.execute(saying.sql, index, *saying.args)
            await ledger.checkpoint(batch.size, batch.root)

    async def _erasure(self, row: Any, now: datetime) -> Saying:
        """The key goes in the transaction that says so; the subject's leaves stay."""
        vault = self.ledger.keyring.vault
        names = [vault.handle(row["subject"], n) for n in range(GENERATIONS)]
        handles = [key["subject"] for key in await self.ledger.reader.fetch(LIVING, names)]
        said: dict[str, Value] = {
            "erasure": row["erasure"],
            "basis": row["basis"],
            "office": row["office"],
            "count": len(handles),
            "handles": handles,
        }
        self.ledger.keyring.forget(handles)
        entry = system_entry(ERASURE, f"erased-{row['erasure']}", now, said, row["office"])
        return Saying(entry, DESTROY, (handles,))

    async def _tally(self, first: int, end: int) -> days.Tally:
        counted = days.Tally()
        for start in range(first, end, 2000):
            rows = await self.ledger.reader.fetch(
                "SELECT leaf FROM ledger_leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx",
                start,
                min(start + 2000, end),
            )
            for row in rows:
                counted.add(row["leaf"])
        return counted

    async def _opened(self, now: datetime) -> date:
        """The day of the first entry."""
        first = await self.ledger.reader.fetchval("SELECT kafka_at FROM ledger_event WHERE idx = 0")
        if first:
            self.opened = legal_day(first)
        return self.opened or legal_day(now)


def _genesis(origin: str, previous: bytes, now: datetime) -> Entry:
    """The first entry: whose log this is, and how the one before it ended."""
    said: dict[str, Value] = {"origin": origin}
    if previous:
        note = parse_note(previous)
        last = checkpoint_of(note)
        said["previous"] = {
            "origin": last.origin,
            "size": last.size,
            "root": base64(last.root),
            "noteSha256": sha256(previous).hexdigest(),
        }
    return system_entry(GENESIS, "log-genesis", now, said)


def _gap(row: Any, now: datetime) -> Saying:
    """A finding becomes an entry, so that it cannot be made to vanish."""
    said: dict[str, Value] = {
        name: row[name] for name in ("kind", "service", "subject", "first", "last")
    }
    mark = sha256(row["id"].encode()).hexdigest()[:32]
    return Saying(
        system_entry(GAP, f"gap-{mark}", now, said),
        "UPDATE ledger_finding SET told = $1 WHERE id = $2",
        (row["id"],),
    )


def _order(row: Any, now: datetime) -> Saying:
    return Saying(system_entry(row["type"], row["id"], now, orjson.loads(row["said"])))
