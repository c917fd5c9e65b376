"""The last checkpoint signed of each log, in a SQLite file: what a signer or witness must never forget."""

from __future__ import annotations

import os
import sqlite3
from errno import ENOENT
from pathlib import Path
from threading import Lock

TABLE = "CREATE TABLE latest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL) STRICT"
ADVANCE = """
INSERT INTO latest (origin, size, note)
SELECT :origin, :size, :note WHERE :old = 0 OR EXISTS (SELECT 1 FROM latest WHERE origin = :origin)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, note = excluded.note WHERE latest.size = :old
"""


class Latest:
    """Every change is on the disk before `advance` returns."""

    def __init__(self, path: Path) -> None:
        """Open the existing file. Raises FileNotFoundError: an empty memory is never made by itself."""
        if not path.exists():
            raise FileNotFoundError(ENOENT, "no memory", str(path))
        self._lock = Lock()
        self._db = _opened(path)

    @classmethod
    def create(cls, path: Path) -> Latest:
        """A new, empty memory; whole when it has its name. Raises FileExistsError."""
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        making.touch(0o600)
        db = _opened(making)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(TABLE)
        db.close()
        try:
            path.hardlink_to(making)
        finally:
            making.unlink()
        sync_folder(path.parent)
        return cls(path)

    def get(self, origin: str) -> bytes | None:
        """The note of the last checkpoint signed of this log."""
        with self._lock:
            row = self._db.execute("SELECT note FROM latest WHERE origin = ?", [origin]).fetchone()
        return row[0] if row else None

    def advance(self, origin: str, old: int, size: int, note: bytes) -> bool:
        """Remember `note` of `size` leaves, if what was remembered until now has `old` leaves (or is nothing
        and `old` is 0). False when it is not so: somebody else was faster."""
        values = {"origin": origin, "old": old, "size": size, "note": note}
        with self._lock:
            return self._db.execute(ADVANCE, values).rowcount == 1

    def close(self) -> None:
        self._db.close()


def sync_folder(folder: Path) -> None:
    """Make new names in `folder` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA synchronous = FULL")
    return db
