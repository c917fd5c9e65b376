"""Verification: all recomputed from the raw leaves. Shares only `domain/` and the keys with the writer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from services.audit.domain.report import Report
from services.audit.examine import Examiner
from services.audit.vault import Unsealable, Vault
from shared.db import Db
from tlog.merkle import Tree, leaf_hash

Progress = Callable[[int, int], Awaitable[None]]
TILE = 256
ROWS = """
SELECT coalesce(l.idx, p.idx, e.idx) AS idx, l.leaf, p.subject AS payload_subject, p.sealed, e.id, e.type,
    e.service, e.stream, e.subject, e.version, e.position, e.agency, e.actor, e.correlation,
    e.occurred_at, e.kafka_at, e.item
FROM ledger_leaf l FULL JOIN ledger_payload p ON p.idx = l.idx
FULL JOIN ledger_event e ON e.idx = coalesce(l.idx, p.idx)
ORDER BY 1
"""
FINDINGS = {
    "gap": "事件流 {subject} 缺少第 {first} 至 {last} 版",
    "omission": "应有与实有的事实数不符，有缺失（{subject}）",
    "surplus": "台账中有该服务未申报的事实（{subject}）",
    "conflict": "{subject} 第 {first} 版出现过两种不同内容（台账第 {idx} 条）",
    "lost": "消息队列 {subject} 的第 {first} 至 {last} 条在读取前已被删除",
}


async def no_progress(_done: int, _total: int) -> None:
    return


@asynccontextmanager
async def snapshot(dsn: str) -> AsyncIterator[Db]:
    """The ledger as it is at one moment, however long the reading takes."""
    db = await asyncpg.connect(dsn, server_settings={"jit": "off", "timezone": "UTC"})
    try:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            yield db
    finally:
        db.terminate()


class Walk:
    """Goes through the rows in order, growing the tree anew and comparing as it goes."""

    def __init__(self, db: Db, vault: Vault, saved: Mapping[int, str], report: Report) -> None:
        self.db = db
        self.vault = vault
        self.examiner = Examiner(vault, {})
        self.saved = saved
        self.report = report
        self.tree = Tree()
        self.next = 0
        self.tiles: dict[tuple[int, int], bytearray] = {}

    async def rows(self, progress: Progress) -> None:
        cursor = await self.db.cursor(ROWS)
        while rows := await cursor.fetch(500):
            self.examiner.keys = await self._keys(rows)
            for row in rows:
                self._row(row)
            await self._full_tiles()
            self.report.checked = self.tree.size
            await progress(self.tree.size, self.report.size)
            await asyncio.sleep(0)
        await self._end()

    async def _keys(self, rows: list[Any]) -> dict[str, bytes | None]:
        """One exchanged key must not hide the others."""
        subjects = {row["payload_subject"] for row in rows if row["payload_subject"]}
        try:
            return await self.vault.known(self.db, subjects)
        except Unsealable:
            found: dict[str, bytes | None] = {}
            for subject in subjects:
                try:
                    found |= await self.vault.known(self.db, [subject])
                except Unsealable:
                    self.report.differs(f"密钥 {subject[:16]}… 已被调换")
            return found

    def _row(self, row: Any) -> None:
        if row["leaf"] is not None:
            if row["idx"] != self.next:
                self.report.differs(f"第 {self.next} 条至第 {row['idx'] - 1} 条缺失")
            self.next = row["idx"] + 1
            for level, place, digest in self.tree.append(leaf_hash(row["leaf"])):
                self.tiles.setdefault((level, place // TILE), bytearray()).extend(digest)
            self._saved()
        for text in self.examiner.faults(row):
            self.report.differs(text)

    def _saved(self) -> None:
        if root := self.saved.get(self.tree.size):
            self.report.saved.append(self.tree.size)
            if root != self.tree.root().hex():
                self.report.differs(
                    f"前 {self.tree.size} 条的根与事先保存的不同：这些条目中有的被改动过"
                )

    async def _full_tiles(self) -> None:
        done = [place for place, data in self.tiles.items() if len(data) == 32 * TILE]
        await self._compare({place: self.tiles.pop(place) for place in done})

    async def _compare(self, tiles: Mapping[tuple[int, int], bytearray]) -> None:
        for (level, n), data in tiles.items():
            stored = await self.db.fetchval(
                "SELECT data FROM ledger_tile WHERE level = $1 AND n = $2", level, n
            )
            if stored == bytes(data):
                continue
            wrong = [
                n * TILE + at
                for at in range(max(len(data), len(stored or b"")) // 32)
                if (stored or b"")[32 * at : 32 * at + 32] != data[32 * at : 32 * at + 32]
            ]
            what = "条目" if level == 0 else f"{level} 层节点"
            listed = "、".join(f"第 {at} 个" for at in wrong[:10])
            self.report.differs(f"校验树与条目不符：{what}{listed}（共 {len(wrong)} 个）")

    async def _end(self) -> None:
        await self._compare(self.tiles)
        count = await self.db.fetchval("SELECT count(*) FROM ledger_tile")
        expected = sum(-(-(self.tree.size >> 8 * level) // TILE) for level in range(8))
        if count != expected:
            self.report.differs(f"校验树应有 {expected} 块，现有 {count} 块")
        if self.tree.size != self.report.size:
            self.report.differs(f"台账头记载 {self.report.size} 条，实有 {self.tree.size} 条")
        if self.tree.root().hex() != self.report.root:
            self.report.differs("重新计算的根与台账头记载的不同")
        for size in self.saved:
            if size > self.tree.size:
                self.report.differs(f"事先保存的根包含 {size} 条，台账现仅有 {self.tree.size} 条")


async def check(
    db: Db,
    vault: Vault,
    saved: Mapping[int, str],
    progress: Progress = no_progress,
) -> Report:
    """Recompute the ledger seen by `db`. `saved`: size → root (hex) kept elsewhere."""
    head = await db.fetchrow("SELECT size, root FROM ledger_head")
    report = Report(head["size"], head["root"].hex()) if head else Report()
    if not head:
        report.differs("台账头缺失")
    await Walk(db, vault, saved, report).rows(progress)
    for row in await db.fetch("SELECT * FROM ledger_finding WHERE closed_at IS NULL ORDER BY id"):
        if text := FINDINGS.get(row["kind"]):
            report.differs(f"「{row['service']}」{text.format(**row)}")
    odd = await db.fetchval("SELECT count(*) FROM ledger_quarantine")
    if odd:
        report.notices.append(f"有 {odd} 条无法识别的消息，已原样封存并入账")
    return report
