"""One pass over all rows of the ledger, in order of the index: leaves, records, lookups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import orjson

from services.audit.domain.continuity import Continuity
from services.audit.domain.report import Report
from services.audit.examine import Examiner
from services.audit.regrow import Regrown
from services.audit.vault import Unsealable, Vault
from shared.db import Db
from tlog.tiles import WIDTH

Progress = Callable[[int, int], Awaitable[None]]
CHUNKS = 8  # of 256 leaves, read at once
ROWS = """
SELECT coalesce(l.idx, p.idx, e.idx) AS idx, l.leaf, p.subject AS payload_subject, p.sealed, e.id, e.type,
    e.service, e.stream, e.subject, e.version, e.position, e.agency, e.actor, e.correlation,
    e.occurred_at, e.kafka_at, e.item
FROM ledger_leaf l FULL JOIN ledger_payload p ON p.idx = l.idx
FULL JOIN ledger_event e ON e.idx = coalesce(l.idx, p.idx)
ORDER BY 1
"""
LEAVES = "SELECT idx, leaf FROM ledger_leaf ORDER BY idx"


async def no_progress(_done: int, _total: int) -> None:
    return


class Walk:
    """Goes through the rows in order; the tree takes each chunk of leaves, the examiner each row."""

    def __init__(self, db: Db, report: Report, tree: Regrown, examiner: Examiner | None) -> None:
        self.db = db
        self.report = report
        self.tree = tree
        self.examiner = examiner
        self.streams = Continuity()
        self.chunk: list[bytes | None] = []

    async def rows(self, progress: Progress) -> None:
        """Without an examiner the leaves alone are read, which is fast."""
        cursor = await self.db.cursor(ROWS if self.examiner else LEAVES)
        while rows := await cursor.fetch(CHUNKS * WIDTH):
            if self.examiner:
                self.examiner.keys = await self._keys(self.examiner.vault, rows)
                self._examine(self.examiner, rows)
            await self._leaves(rows)
            await progress(self.report.checked, self.report.size)
            await asyncio.sleep(0)
        if self.chunk:
            await self.tree.take(self.chunk)
        await self.tree.end()

    def _examine(self, examiner: Examiner, rows: Iterable[Any]) -> None:
        for row in rows:
            for text in examiner.faults(row):
                self.report.differs(text)
            try:
                if row["leaf"] is not None:
                    self.streams.add(row["idx"], orjson.loads(row["leaf"]))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # the examiner has said so

    async def _leaves(self, rows: list[Any]) -> None:
        """Whole chunks at once where none is missing; else one by one, to say which."""
        await self.tree.prefetch(rows[0]["idx"] // WIDTH, rows[-1]["idx"] // WIDTH)
        leaves = [row["leaf"] for row in rows]
        first, last = rows[0]["idx"], rows[-1]["idx"]
        due = self.tree.above.size * WIDTH
        if not self.chunk and first == due and last - first + 1 == len(rows) and None not in leaves:
            for start in range(0, len(leaves) - WIDTH + 1, WIDTH):
                await self.tree.take(leaves[start : start + WIDTH])
            self.chunk = leaves[len(leaves) // WIDTH * WIDTH :]
            self.report.checked += len(leaves)
            return
        for row in rows:
            if row["leaf"] is not None:
                await self._leaf(row["idx"], row["leaf"])

    async def _leaf(self, index: int, leaf: bytes) -> None:
        due = self.tree.above.size * WIDTH + len(self.chunk)
        if index != due:
            self.report.differs(f"第 {due} 条至第 {index - 1} 条缺失")
        for _ in range(due, index):
            await self._chunk(None)
        await self._chunk(leaf)
        self.report.checked += 1

    async def _chunk(self, leaf: bytes | None) -> None:
        self.chunk.append(leaf)
        if len(self.chunk) == WIDTH:
            await self.tree.take(self.chunk)
            self.chunk = []

    async def _keys(self, vault: Vault, rows: list[Any]) -> dict[str, bytes | None]:
        """One exchanged key must not hide the others."""
        subjects = {row["payload_subject"] for row in rows if row["payload_subject"]}
        try:
            return await vault.known(self.db, subjects)
        except Unsealable:
            found: dict[str, bytes | None] = {}
            for subject in subjects:
                try:
                    found |= await vault.known(self.db, [subject])
                except Unsealable:
                    self.report.differs(f"密钥 {subject[:16]}… 已被调换")
            return found
