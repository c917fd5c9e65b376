"""Putting lost entries back exactly as they were: leaves from exported bundles, records from the topics.

The root decides: unless it is the one that is remembered outside, nothing is written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import orjson
import structlog

from services.audit import batch as batches
from services.audit.domain.entry import ERASURE
from services.audit.domain.index import content, entry_again
from services.audit.domain.leaf import commitment, leaf
from services.audit.domain.received import Received
from services.audit.house import DESTROY
from services.audit.intake import Addition
from services.audit.keyring import Key
from services.audit.log import Ledger
from services.audit.vault import Unsealable, unseal
from shared.envelope import Unreadable
from shared.events import Json
from tlog.checkpoint import Checkpoint
from tlog.text import Malformed

if TYPE_CHECKING:
    from services.audit.publishing.publish import Publisher

log = structlog.get_logger()
# What the topics still hold of these leaves: one list for each, because a record may have been sent twice.
Records = Callable[[Sequence[Json]], Awaitable[Sequence[Sequence[Received]]]]


class Unrepaired(Exception):
    """The lost entries could not be put back; the text says what is missing."""


async def repair(
    ledger: Ledger, publisher: Publisher, target: Checkpoint, records: Records
) -> None:
    """Bring the ledger to `target` in one transaction. Raises Unrepaired."""
    start = ledger.size
    leaves = _exported(publisher, start, target.size)
    said = [orjson.loads(one) for one in leaves]
    keys = publisher.safe.keys({one["ref"] for one in said})
    own = publisher.safe.own(start, target.size)
    deks = {handle: ledger.keyring.vault.unwrapped(handle, key) for handle, key in keys.items()}
    found = await records(said)
    additions = []
    for index, (one, data, received) in enumerate(zip(said, leaves, found, strict=True), start):
        dek = deks.get(one["ref"])
        if dek is None:
            raise Unrepaired(f"第 {index} 条（{one['id']}）的密钥没有备份")
        additions.append(_again(one, data, dek, own.get(index), received, index))
    await _write(ledger, additions, target, keys)
    log.warning("entries put back", first=start, end=target.size)


def _exported(publisher: Publisher, start: int, end: int) -> list[bytes]:
    try:
        return list(publisher.export.entries(start, end))
    except (FileNotFoundError, Malformed) as error:
        raise Unrepaired(f"第 {start} 至 {end - 1} 条的导出文件不全：{error}") from error


def _again(
    said: Json, data: bytes, dek: bytes, own: bytes | None, received: Sequence[Received], index: int
) -> Addition:
    """The entry whose leaf is exactly `data`. Raises Unrepaired."""
    frames = [one.attributes for one in received] + [one.frame for one in received]
    if own is not None:
        frames.append(_opened(dek, said["id"], own))
    topic, partition, offset, generation = said["src"]
    for frame in frames:
        try:
            source = (topic, partition, offset, generation)
            entry = entry_again(frame, source, said["kts"], said["type"])
        except Unreadable:
            continue
        pc = commitment(dek, entry.id, entry.framed)
        if leaf(entry, pc, said["ref"]) == data:
            return Addition(entry, Key(said["ref"], dek), pc)
    raise Unrepaired(
        f"第 {index} 条（{said['id']}）的原始消息找不到：请让各服务重新发送（republish）"
    )


def _opened(dek: bytes, id: str, sealed: bytes) -> bytes:
    try:
        return unseal(dek, id, sealed)
    except Unsealable:
        return b""


async def _write(
    ledger: Ledger, additions: Sequence[Addition], target: Checkpoint, keys: dict[str, bytes]
) -> None:
    known = await ledger.reader.fetch(
        "SELECT subject FROM vault_key WHERE subject = ANY($1)", list(keys)
    )
    missing = keys.keys() - {row["subject"] for row in known}
    batch = await batches.computed(ledger.edge, additions, [(name, keys[name]) for name in missing])
    if (batch.size, batch.root) != (target.size, target.root):
        raise Unrepaired(f"导出的条目算出的根与前 {target.size} 条的存档点不同")
    async with ledger.db.transaction():
        await ledger.fence(batch.start)
        await ledger.put(batch)
        for index, addition in enumerate(additions, batch.start):
            if (
                addition.entry.type == ERASURE
            ):  # what was destroyed has come back with the old database
                handles = content(addition.entry.framed)["handles"]
                await ledger.db.execute(DESTROY, index, handles)
        await ledger.checkpoint(batch.size, batch.root)
