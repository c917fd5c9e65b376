"""Proofs for whoever asks: made against the newest note with a quorum, and checked before they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.audit import tiles
from shared.db import Db
from shared.errors import Invalid, NotFound, Unavailable
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.merkle import extends
from tlog.note import Note, parse_note
from tlog.proof import Proof

log = structlog.get_logger()
NEWEST = "SELECT note FROM ledger_note WHERE quorum ORDER BY size DESC, at LIMIT 1"


class NoSuchEntry(NotFound):
    text = "台账中没有这一条"


class NotYetWitnessed(Unavailable):
    """Taken in, but no note with a quorum covers it yet."""

    text = "该条已经入账，正在等待见证，请稍后再取证明"


class Unwitnessed(Unavailable):
    """Evidence needs the quorum; without one there is none."""

    text = "还没有任何存档点达到见证法定数，暂时不能出具证据，请检查见证方"


class Unproved(Unavailable):
    """Our own check of a proof failed: the tree was changed."""

    text = "证明没有通过自检，台账可能已被改动，未予出具，请立即核验"


class NoSuchSize(Invalid):
    text = "条数超出台账的范围"


@dataclass(frozen=True)
class Proved:
    """An entry with its proof."""

    index: int
    leaf: bytes
    proof: Proof


async def newest(db: Db) -> Note:
    """The note everything is proved against. Raises Unwitnessed."""
    note = await db.fetchval(NEWEST)
    if note is None:
        raise Unwitnessed
    return parse_note(note)


async def entry(db: Db, index: int, note: Note) -> Proved:
    """Raises NoSuchEntry, NotYetWitnessed, Unproved."""
    leaf = await db.fetchval("SELECT leaf FROM ledger_leaf WHERE idx = $1", index)
    if leaf is None:
        raise NoSuchEntry
    size = checkpoint_of(note).size
    if index >= size:
        raise NotYetWitnessed(retryAfter=2)
    try:
        proof = Proof(index, tuple(await tiles.inclusion(db, index, size)), note)
    except tiles.NoTile as missing:
        raise failed(f"inclusion of {index}: {missing} is missing") from missing
    if not proof.proves(leaf):
        raise failed(f"inclusion of {index} in {size}")
    return Proved(index, leaf, proof)


async def consistency(db: Db, old: int, new: Checkpoint) -> Sequence[bytes]:
    """That the first `old` leaves are the beginning of `new`. Raises NoSuchSize, Unproved."""
    if not 0 < old <= new.size:
        raise NoSuchSize(field="from")
    try:
        hashes = await tiles.consistency(db, old, new.size)
        root = await tiles.root(db, old)
    except tiles.NoTile as missing:
        raise failed(f"consistency of {old}: {missing} is missing") from missing
    if not extends(old, new.size, root, new.root, hashes):
        raise failed(f"consistency from {old} to {new.size}")
    return hashes


async def checkpoint(db: Db, size: int) -> Checkpoint:
    """The head of the first `size` leaves, as the tiles tell. Raises NoSuchSize."""
    head = await db.fetchval("SELECT size FROM ledger_head")
    if not 0 < size <= head:
        raise NoSuchSize(field="to")
    return Checkpoint("", size, await tiles.root(db, size))


def failed(what: str) -> Unproved:
    log.error("a proof of ours does not prove", what=what)
    return Unproved()
