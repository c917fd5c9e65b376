"""The newest committed head, shown to the world: checked, signed, exported, witnessed, published.

Without witnesses publishing goes on and says so; evidence asks for the quorum. Only the leader does this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from services.audit import tiles
from services.audit.publishing.agreement import Forked, check, compare, witnessed
from services.audit.publishing.export import Export
from services.audit.publishing.outside import Ahead, Contradicts, Outside, Prove, Refused, Told
from services.audit.publishing.safe import Safe
from shared.db import Db, Pool
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.note import Note, parse_note
from tlog.policy import Judgement, judge

log = structlog.get_logger()
LATE = 5.0  # seconds between two questions to witnesses about the same head
NEWEST = "SELECT size, root FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"
MOVE = """
UPDATE ledger_published SET size = $1, note = $2, at = $3, asked_at = $3, quorum = $4, trouble = '',
    unwitnessed_since = CASE WHEN $4 THEN NULL ELSE coalesce(unwitnessed_since, $3) END
WHERE size = $5 AND note = $6
"""
TROUBLE = "UPDATE ledger_published SET trouble = $1"
FOUND = """
INSERT INTO ledger_finding (id, kind, service, subject, first, last)
VALUES ($1, $2, 'audit', $3, $4, $4) ON CONFLICT (id) DO UPDATE SET closed_at = NULL, subject = $3
"""
RELEASED = (
    "INSERT INTO ledger_note (size, at, note, quorum, seen_from, seen_until)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
)
ANSWERED = """
INSERT INTO ledger_witness AS w (name, size, seen_at, fault, fault_at)
VALUES ($1, $2, CASE WHEN $3 = '' THEN $4::timestamptz END, $3, CASE WHEN $3 <> '' THEN $4 END)
ON CONFLICT (name) DO UPDATE SET size = excluded.size, fault = excluded.fault,
    seen_at = coalesce(excluded.seen_at, w.seen_at), fault_at = coalesce(excluded.fault_at, w.fault_at)
"""


class Overtaken(Exception):
    """Somebody else publishes: this process no longer leads."""


@dataclass
class Publisher:
    """Publishes for the process that leads."""

    pool: Pool
    outside: Outside
    export: Export
    safe: Safe

    async def publish(self) -> bool:
        """One round; False when there was nothing to do. Raises Forked, Ahead, Refused, Overtaken."""
        async with self.pool.acquire() as db:
            shown = await db.fetchrow("SELECT * FROM ledger_published")
            newest = await db.fetchrow(NEWEST)
            if newest is None or (newest["size"] <= shown["size"] and not _late(shown)):
                await self._catch_up(db, shown)
                return False
            checkpoint = Checkpoint(self.outside.origin, newest["size"], newest["root"])
            await check(db, checkpoint)
            await self.safe.keep(db, checkpoint.size)
            note = await self._signed(db, checkpoint, shown)
            await self.export.tree(db, checkpoint.size, self._exported(shown))
            note = await self._cosigned(db, note)
            await self._release(db, note, shown)
        await self.export.show(note.encode())
        return True

    async def _catch_up(self, db: Db, shown: Any) -> None:
        """The files show what the database says is shown, though the last round ended in between."""
        if shown["note"] and self.export.checkpoint() != shown["note"]:
            await self.export.tree(db, shown["size"], self._exported(shown))
            await self.export.show(shown["note"])

    async def _signed(self, db: Db, checkpoint: Checkpoint, shown: Any) -> Note:
        """With the log's signature; one made before is used again. Raises Forked, Ahead, Refused."""
        if (
            shown["size"] == checkpoint.size
            and checkpoint_of(parse_note(shown["note"])) == checkpoint
        ):
            return parse_note(shown["note"])
        try:
            return await self.outside.signed(checkpoint, shown["size"], _prover(db))
        except Contradicts as contradiction:
            raise Forked(f"签名器{contradiction}") from contradiction

    async def _cosigned(self, db: Db, note: Note) -> Note:
        rows = await db.fetch("SELECT name, size FROM ledger_witness")
        known = {row["name"]: row["size"] for row in rows}
        told = await self.outside.cosigned(note, known, _prover(db))
        await self._note_answers(db, told)
        await self._proved_otherwise(db, told)
        lines = [one.signature for one in told if one.signature]
        return note.with_lines(*lines)

    async def _release(self, db: Db, note: Note, shown: Any) -> None:
        """Compare-and-set: two leaders cannot show two notes. Raises Overtaken."""
        verdict = judge(self.outside.policy, note)
        data, now, size = note.encode(), datetime.now(UTC), verdict.checkpoint.size
        if data == shown["note"]:
            await db.execute("UPDATE ledger_published SET asked_at = $1", now)
            return
        async with db.transaction():
            moved = await db.execute(
                MOVE, size, data, now, verdict.quorum, shown["size"], shown["note"]
            )
            if moved != "UPDATE 1":
                raise Overtaken
            await db.execute(RELEASED, size, now, data, verdict.quorum, *window(verdict))

    async def _note_answers(self, db: Db, told: Sequence[Told]) -> None:
        now = datetime.now(UTC)
        for one in told:
            await db.execute(ANSWERED, one.name, one.size, one.fault, now)
            if one.fault:
                log.warning("not witnessed", witness=one.name, fault=one.fault)

    async def _proved_otherwise(self, db: Db, told: Sequence[Told]) -> None:
        """A witness that refuses may be wrong. A note of ours that it shows and that our tree does not
        lead to is proof. Raises Forked, Ahead."""
        if any(one.fault for one in told):
            await compare(db, await witnessed(self.outside))

    def _exported(self, shown: Any) -> int:
        """What the folder surely holds: as much as the note in it says."""
        note = self.export.checkpoint()
        size = checkpoint_of(parse_note(note)).size if note else 0
        return min(size, int(shown["size"]))


async def run_publishing(publisher: Publisher, every: float) -> None:
    """`every` in seconds; returns never. Raises Forked, Ahead, Overtaken: then the lead is given up."""
    while True:
        try:
            await publisher.publish()
        except Forked as fork:
            await stopped(publisher.pool, "fork", str(fork))
            raise
        except Ahead:
            raise
        except Refused as refusal:
            log.error("nothing is signed", reason=str(refusal))
            await publisher.pool.execute(TROUBLE, f"签名器{refusal}")
        await asyncio.sleep(every)


async def stopped(db: Db, kind: str, reason: str) -> None:
    """A finding, and why nothing is signed, for everybody to see."""
    size = await db.fetchval("SELECT size FROM ledger_head")
    await db.execute(FOUND, f"{kind}/{size}", kind, reason, size)
    await db.execute(TROUBLE, reason)


def _late(shown: Any) -> bool:
    """Whether the witnesses should be asked again about what is shown without a quorum."""
    return bool(
        shown["size"]
        and not shown["quorum"]
        and (datetime.now(UTC) - shown["asked_at"]).total_seconds() > LATE
    )


def window(verdict: Judgement) -> tuple[datetime | None, datetime | None]:
    """Not before, and existed by, as the witnesses' clocks say."""
    return _moment(verdict.not_before), _moment(verdict.existed_by)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _prover(db: Db) -> Prove:
    """Consistency proofs read from the tiles; one after the other, as one connection can."""
    turn = asyncio.Lock()

    async def prove(old: int, new: int) -> Sequence[bytes]:
        async with turn:
            return await tiles.consistency(db, old, new)

    return prove
