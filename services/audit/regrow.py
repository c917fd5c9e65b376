"""The tree grown again from the raw leaves, and held against the stored tiles and every remembered root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from services.audit.domain.report import Report
from shared.db import Db
from tlog.merkle import Tree, leaf_hash
from tlog.tiles import WIDTH

SAVED = "事先保存"  # words for where a root was kept, before 的


@dataclass(frozen=True)
class Remembered:
    """A root that somebody kept: the first `size` entries must lead to it."""

    size: int
    root: bytes
    source: str = SAVED


@dataclass
class Regrown:
    """Takes leaves in chunks of 256 (the last may be shorter) and compares as it goes."""

    db: Db
    report: Report
    remembered: Mapping[int, Sequence[Remembered]]
    above: Tree = field(
        default_factory=Tree
    )  # of the roots of full chunks: the nodes from level 1 on
    last: list[bytes] = field(default_factory=list)  # leaf hashes of the chunk that is not full
    growing: dict[tuple[int, int], bytearray] = field(default_factory=dict)
    fetched: dict[int, bytes] = field(default_factory=dict)  # tiles of leaf hashes, by number

    @property
    def size(self) -> int:
        return self.above.size * WIDTH + len(self.last)

    def root(self) -> bytes:
        tree = self._copied()
        for one in self.last:
            tree.append(one)
        return tree.root()

    async def prefetch(self, first: int, last: int) -> None:
        """Read the tiles of leaf hashes that will be compared next."""
        rows = await self.db.fetch(
            "SELECT n, data FROM ledger_tile WHERE level = 0 AND n >= $1 AND n <= $2", first, last
        )
        self.fetched = {row["n"]: row["data"] for row in rows}

    async def take(self, leaves: Sequence[bytes | None]) -> None:
        """The next chunk. For a leaf that is gone (already reported) its hash in the tile stands in."""
        n = self.above.size
        stored = self.fetched.get(n) or await self._stored(0, n)
        hashes = [
            stored[32 * at : 32 * at + 32] if leaf is None else leaf_hash(leaf)
            for at, leaf in enumerate(leaves)
        ]
        data = b"".join(hashes)
        if data != stored:
            self._differs(0, n, data, stored)
        self._recall(hashes)
        if len(hashes) < WIDTH:
            self.last = hashes
            return
        for node in self.above.append(_root(hashes)):
            await self._node(node.level + 1, node.place, node.hash)

    async def end(self) -> None:
        """What is left to compare when all leaves have been taken."""
        for (level, n), data in self.growing.items():
            await self._compare(level, n, bytes(data))
        count = await self.db.fetchval("SELECT count(*) FROM ledger_tile")
        expected = sum(-(-(self.size >> 8 * level) // WIDTH) for level in range(8))
        if count != expected:
            self.report.differs(f"校验树应有 {expected} 块，现有 {count} 块")
        for size in sorted(self.remembered):
            if size > self.size:
                for one in self.remembered[size]:
                    self.report.differs(
                        f"{one.source}的根包含 {size} 条，台账现仅有 {self.size} 条"
                    )

    async def _node(self, level: int, place: int, digest: bytes) -> None:
        tile = (level, place // WIDTH)
        data = self.growing.setdefault(tile, bytearray())
        data += digest
        if len(data) == 32 * WIDTH:
            await self._compare(*tile, bytes(self.growing.pop(tile)))

    async def _compare(self, level: int, n: int, data: bytes) -> None:
        stored = await self._stored(level, n)
        if stored != data:
            self._differs(level, n, data, stored)

    async def _stored(self, level: int, n: int) -> bytes:
        data = await self.db.fetchval(
            "SELECT data FROM ledger_tile WHERE level = $1 AND n = $2", level, n
        )
        return data or b""

    def _differs(self, level: int, n: int, data: bytes, stored: bytes) -> None:
        wrong = [
            n * WIDTH + at
            for at in range(max(len(data), len(stored)) // 32)
            if stored[32 * at : 32 * at + 32] != data[32 * at : 32 * at + 32]
        ]
        what = "条目" if level == 0 else f"{level} 层节点"
        listed = "、".join(f"第 {at} 个" for at in wrong[:10])
        self.report.differs(f"校验树与条目不符：{what}{listed}（共 {len(wrong)} 个）")

    def _recall(self, hashes: Sequence[bytes]) -> None:
        """Compare with the roots remembered for sizes within this chunk."""
        start = self.above.size * WIDTH
        sizes = [s for s in range(start + 1, start + len(hashes) + 1) if s in self.remembered]
        if not sizes:
            return
        tree = self._copied()
        for digest in hashes:
            tree.append(digest)
            for one in self.remembered.get(tree.size, ()):
                self._held(one, tree.root())

    def _held(self, one: Remembered, root: bytes) -> None:
        if one.source == SAVED:
            self.report.saved.append(one.size)
        self.report.remembered += 1
        if one.root != root:
            self.report.differs(f"前 {one.size} 条的根与{one.source}的不同：这些条目中有的被改动过")

    def _copied(self) -> Tree:
        return Tree(self.above.size * WIDTH, list(self.above.peaks))


def _root(hashes: Sequence[bytes]) -> bytes:
    """Of exactly 256: RFC 6962 2.1, level by level."""
    level = list(hashes)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return level[0]
