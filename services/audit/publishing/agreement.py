"""Whether our own tree leads to what was committed, and to what others remember of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.audit import tiles
from services.audit.publishing.outside import Ahead, Outside
from shared.db import Db
from tlog.checkpoint import Checkpoint, checkpoint_of


class Forked(Exception):
    """There are two histories: nothing is signed any more. The text says who remembers what."""


async def check(db: Db, checkpoint: Checkpoint) -> None:
    """Our own right edge leads to the root that is to be signed. Raises Forked."""
    try:
        root = await tiles.root(db, checkpoint.size)
    except tiles.NoTile as missing:
        raise Forked(f"校验树缺少 {missing}，不能签名") from None
    if root != checkpoint.root:
        raise Forked(f"前 {checkpoint.size} 条的校验树与入账时的根不同，不能签名")


async def witnessed(outside: Outside) -> dict[str, Checkpoint]:
    """What each witness remembers of us, under words for who it is."""
    seen = await outside.remembered()
    return {f"见证方「{name}」": checkpoint_of(note) for name, note in seen.items()}


async def compare(db: Db, kept: Mapping[str, Checkpoint]) -> None:
    """Hold checkpoints of ours that others keep (by who) against our tree.

    Raises Forked for one that our tree does not lead to, Ahead for one that is larger.
    """
    size = await db.fetchval("SELECT size FROM ledger_head")
    for who, theirs in kept.items():
        if theirs.size <= size and await tiles.root(db, theirs.size) != theirs.root:
            raise Forked(f"{who}记得的前 {theirs.size} 条与本台账不一致：历史被改写过")
    for who, theirs in kept.items():
        if theirs.size > size:
            raise Ahead(f"{who}记得 {theirs.size} 条，本台账只有 {size} 条：数据库丢失了条目")
