"""Witnesses on isolated networks (物理隔离): the request goes out as a file, the line is carried back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.audit import tiles
from services.audit.publishing.publish import RELEASED, window
from shared.db import Db
from shared.errors import Invalid, NotFound
from tlog.checkpoint import checkpoint_of
from tlog.cosignature import times_of
from tlog.note import Note, Unsigned, parse_note, parse_signatures
from tlog.policy import Policy, judge
from tlog.submission import Submission
from tlog.text import Malformed, decoded

NEWEST = "SELECT note FROM ledger_note ORDER BY size DESC, at DESC LIMIT 1"
RECENT = "SELECT note FROM ledger_note ORDER BY size DESC, at DESC LIMIT 5000"
SEEN = """
INSERT INTO ledger_witness AS w (name, size, seen_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE
SET size = greatest(w.size, excluded.size), seen_at = excluded.seen_at, fault = ''
"""
SHOWN = """
UPDATE ledger_published SET note = $2, quorum = $3, at = $4,
    unwitnessed_since = CASE WHEN $3 THEN NULL ELSE unwitnessed_since END
WHERE size = $1 AND note = $5
"""


class NoWitness(NotFound):
    text = "信任策略中没有这个见证方"


class NothingPublished(NotFound):
    text = "还没有发布过存档点"


class NotOurs(Invalid):
    """The line belongs to no witness of the policy, or to no note of ours."""

    text = "这不是信任策略中任何见证方对本台账近期存档点的签名"


async def request(db: Db, policy: Policy, name: str, old: int | None = None) -> bytes:
    """What the witness is to be brought. `old`: the size it says it remembers, if not the one we think.

    Raises NoWitness, NothingPublished.
    """
    if name not in policy.witnesses:
        raise NoWitness
    note = await db.fetchval(NEWEST)
    if note is None:
        raise NothingPublished
    tree = checkpoint_of(parse_note(note))
    if old is None:
        known = await db.fetchval("SELECT size FROM ledger_witness WHERE name = $1", name)
        old = min(known or 0, tree.size)
    hashes = await tiles.consistency(db, old, tree.size)
    return Submission(old, tuple(hashes), parse_note(note)).encode()


async def accept(db: Db, policy: Policy, data: bytes) -> tuple[str, int, bool]:
    """Put a line under the note it signs: who signed, how many leaves, and whether it is a quorum now.

    Raises NotOurs.
    """
    try:
        lines = parse_signatures(decoded(data.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"))
    except Malformed:
        raise NotOurs from None
    for row in await db.fetch(RECENT):
        note = parse_note(row["note"])
        for name, party in policy.witnesses.items():
            own = [line for line in lines if line.claims(party.vkey)]
            if own and _signs(note.with_lines(*own), party.vkey):
                return name, *await _release(db, policy, name, row["note"], note.with_lines(*own))
    raise NotOurs


def _signs(note: Note, vkey: Any) -> bool:
    try:
        return bool(times_of(note, vkey))
    except Unsigned:
        return False


async def _release(
    db: Db, policy: Policy, name: str, before: bytes, note: Note
) -> tuple[int, bool]:
    verdict = judge(policy, note)
    size, now, data = verdict.checkpoint.size, datetime.now(UTC), note.encode()
    async with db.transaction():
        await db.execute(RELEASED, size, now, data, verdict.quorum, *window(verdict))
        await db.execute(SHOWN, size, data, verdict.quorum, now, before)
        await db.execute(SEEN, name, size, now)
    return size, verdict.quorum
