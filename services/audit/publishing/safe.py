"""What a lost database could not get back from the published files: wrapped keys and the log's own records.

A private file beside the database, brought up to date before anything is published. An erasure reaches
it too: the key that is destroyed is destroyed here.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock

from services.audit.domain.entry import SYSTEM
from shared.db import Db

TABLES = """
CREATE TABLE IF NOT EXISTS key (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS own (idx INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS kept (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO kept VALUES (1, 0);
"""
KEYS = """
SELECT k.subject, k.wrapped FROM vault_key k WHERE k.wrapped IS NOT NULL
    AND k.subject IN (SELECT subject FROM ledger_payload WHERE idx >= $1 AND idx < $2)
"""
OWN = """
SELECT p.idx, p.sealed FROM ledger_event e JOIN ledger_payload p USING (idx)
WHERE e.idx >= $1 AND e.idx < $2 AND e.type = ANY($3)
"""
DESTROYED = "SELECT subject FROM vault_key WHERE erased_by >= $1 AND erased_by < $2"
AT_ONCE = 20_000  # entries


class Safe:
    """One SQLite file, readable by its owner only; overwritten pages are zeroed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = TRUNCATE", "synchronous = FULL", "secure_delete = ON"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(TABLES)

    @property
    def size(self) -> int:
        """Up to which entry everything is kept."""
        with self._lock:
            size: int = self._db.execute("SELECT size FROM kept").fetchone()[0]
            return size

    async def keep(self, db: Db, size: int) -> None:
        """Take over what the entries up to `size` need; drop the keys that were destroyed by then."""
        first = self.size
        while first < size:
            end = min(first + AT_ONCE, size)
            keys = await db.fetch(KEYS, first, end)
            own = await db.fetch(OWN, first, end, list(SYSTEM))
            gone = [row["subject"] for row in await db.fetch(DESTROYED, first, end)]
            await asyncio.to_thread(self._store, keys, own, gone, end)
            first = end

    def keys(self, subjects: Iterable[str]) -> dict[str, bytes]:
        """Wrapped keys by handle."""
        found = {}
        with self._lock:
            for subject in subjects:
                row = self._db.execute("SELECT wrapped FROM key WHERE subject = ?", [subject])
                if wrapped := row.fetchone():
                    found[subject] = wrapped[0]
        return found

    def own(self, first: int, end: int) -> dict[int, bytes]:
        """Sealed records of the log's own entries, by index."""
        with self._lock:
            rows = self._db.execute(
                "SELECT idx, sealed FROM own WHERE idx >= ? AND idx < ?", [first, end]
            )
            return dict(rows.fetchall())

    def close(self) -> None:
        self._db.close()

    def _store(
        self, keys: Sequence[Mapping[str, object]], own: Sequence[Mapping[str, object]],
        gone: Sequence[str], size: int,
    ) -> None:  # fmt: skip
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR REPLACE INTO key VALUES (?, ?)", [tuple(row.values()) for row in keys]
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO own VALUES (?, ?)", [tuple(row.values()) for row in own]
            )
            self._db.executemany("DELETE FROM key WHERE subject = ?", [(one,) for one in gone])
            self._db.execute("UPDATE kept SET size = ?", [size])
