"""Evidence of one event and of an item's history: entries, each with its proof, its record and its salt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from services.audit import proofs
from services.audit.evidence import sealed
from services.audit.evidence.archive import Files, claim, hash_lines
from services.audit.evidence.readme import README
from services.audit.proofs import NotYetWitnessed
from services.audit.vault import Vault
from shared.db import Db
from shared.errors import Invalid, NotFound
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.note import Note, parse_note

MOST = 5_000  # entries of one history
BEFORE = "SELECT size, note FROM ledger_note WHERE quorum AND size <= $1 ORDER BY size DESC, at DESC LIMIT 1"
AFTER = "SELECT size, note FROM ledger_note WHERE quorum AND size > $1 ORDER BY size, at LIMIT 1"
STREAMS = """
SELECT stream, idx, version, position FROM ledger_event
WHERE stream IN (SELECT DISTINCT stream FROM ledger_event WHERE item = $1 AND idx < $2) AND idx < $2
ORDER BY idx LIMIT $3
"""


class NoHistory(NotFound):
    text = "台账中没有该事项的记录，请检查编号"


class TooLong(Invalid):
    text = "记录过多，请按日期分段导出"


@dataclass
class Collected:
    """Files of an evidence, all of them proved against one note."""

    db: Db
    vault: Vault
    note: Note
    files: Files = field(default_factory=dict)

    @property
    def tree(self) -> Checkpoint:
        return checkpoint_of(self.note)

    async def entries(self, indexes: Iterable[int]) -> None:
        """Leaf, proof, record and salt of each; and of the erasures that explain what is gone."""
        wanted = list(dict.fromkeys(indexes))
        records = await sealed.opened(self.db, self.vault, wanted)
        gone = [index for index, one in records.items() if one is None]
        erased = await sealed.erasures(self.db, self.vault) if gone else {}
        needed = set[int]()
        for index in wanted:
            leaf = await self._entry(index, records.get(index))
            if index in gone:
                needed |= {erased.get(orjson.loads(leaf)["ref"], index)}
        if more := needed - set(wanted):
            await self.entries(sorted(more))

    async def window(self, indexes: Iterable[int]) -> None:
        """The notes that were witnessed last before and first after each entry."""
        for index in indexes:
            for query in (BEFORE, AFTER):
                row = await self.db.fetchrow(query, index)
                if row and row["size"] != self.tree.size:
                    await self.further(row["size"], parse_note(row["note"]))

    async def further(self, size: int, note: Note) -> None:
        """A further note, proved to be a beginning of the one that counts."""
        self.files[f"notes/{size}"] = note.encode()
        await self.consistent(size)

    async def consistent(self, size: int) -> None:
        """With what somebody remembers. Raises NoSuchSize, Unproved."""
        if f"consistency/{size}" not in self.files:
            hashes = await proofs.consistency(self.db, size, self.tree)
            self.files[f"consistency/{size}"] = hash_lines(hashes)

    def claims(self, kind: str, **said: object) -> Files:
        """The evidence is complete: what it claims, and how to check it."""
        self.files["checkpoint"] = self.note.encode()
        self.files["evidence.json"] = claim(
            kind=kind, origin=self.tree.origin, size=self.tree.size, **said
        )
        self.files["README.zh.txt"] = README.encode()
        return self.files

    async def _entry(self, index: int, record: sealed.Opened | None) -> bytes:
        proved = await proofs.entry(self.db, index, self.note)
        place = f"entries/{index}"
        self.files[f"{place}/leaf.json"] = proved.leaf
        self.files[f"{place}/proof.tlog-proof"] = proved.proof.encode()
        if record:
            self.files[f"{place}/record.bin"] = record.record
            self.files[f"{place}/salt.bin"] = record.salt
        return proved.leaf


async def begun(db: Db, vault: Vault, since: Iterable[int]) -> Collected:
    """An empty evidence against the newest note with a quorum; `since` are sizes she may remember.

    What the log has not reached is passed over. Raises Unwitnessed, Unproved.
    """
    collected = Collected(db, vault, await proofs.newest(db))
    for size in since:
        if 0 < size <= collected.tree.size:
            await collected.consistent(size)
    return collected


async def event(db: Db, vault: Vault, index: int, since: Iterable[int] = ()) -> Files:
    """One entry. Raises NoSuchEntry, NotYetWitnessed, Unproved."""
    collected = await begun(db, vault, since)
    await collected.entries([index])
    await collected.window([index])
    return collected.claims("event", index=index)


async def history(db: Db, vault: Vault, item: str, since: Iterable[int] = ()) -> Files:
    """Every entry of every stream that names the item. Raises NoHistory, NotYetWitnessed, TooLong."""
    collected = await begun(db, vault, since)
    rows = await db.fetch(STREAMS, item, collected.tree.size, MOST + 1)
    if len(rows) > MOST:
        raise TooLong
    if not rows:
        late = await db.fetchval("SELECT 1 FROM ledger_event WHERE item = $1 LIMIT 1", item)
        raise NotYetWitnessed(retryAfter=2) if late else NoHistory
    streams: dict[str, int] = {}
    for row in rows:
        if row["position"] is not None:  # a fact: a conflict entry has no place in the versions
            streams[row["stream"]] = max(streams.get(row["stream"], 0), row["version"])
    indexes = [row["idx"] for row in rows]
    await collected.entries(indexes)
    await collected.window(indexes)
    return collected.claims("history", item=item, streams=streams)
