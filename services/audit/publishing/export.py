"""The published log as static files (C2SP tlog-tiles): any web server can show it, anybody copy it.

The ledger can be rebuilt from them. A file is whole when it has its name: written aside, synced, renamed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.audit import tiles
from shared.db import Db
from shared.latest import sync_folder
from tlog.tiles import WIDTH, Bundle, bundles_of, tiles_of

CHECKPOINT = "checkpoint"
AT_ONCE = 64  # bundles read at once: about 7 MB


class Export:
    """One folder; written by the leader alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def checkpoint(self) -> bytes | None:
        """The note last shown."""
        try:
            return (self.folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None

    async def tree(self, db: Db, size: int, since: int) -> None:
        """All tiles and bundles of the tree of `size`, but what a tree of `since` had already."""
        wanted = list(bundles_of(size, since))
        for start in range(0, len(wanted), AT_ONCE):
            found = await tiles.bundles(db, wanted[start : start + AT_ONCE])
            await asyncio.to_thread(self._write, {b.path: data for b, data in found.items()})
        hashes = list(tiles_of(size, since))
        for start in range(0, len(hashes), AT_ONCE):
            part = await tiles.read(db, hashes[start : start + AT_ONCE])
            await asyncio.to_thread(self._write, {t.path: data for t, data in part.items()})

    async def show(self, note: bytes) -> None:
        """Everything it commits to is there: now the note itself."""
        await asyncio.to_thread(self._write, {CHECKPOINT: note})

    async def file(self, path: str, data: bytes) -> None:
        """Anything else that is shown: the policy, an anchor."""
        await asyncio.to_thread(self._write, {path: data})

    def entries(self, first: int, end: int) -> Iterable[bytes]:
        """Exported leaves. Raises FileNotFoundError where one is not there, Malformed."""
        for bundle in bundles_of(end, first):
            leaves = self._bundle(bundle)
            start = bundle.n * WIDTH
            yield from leaves[max(0, first - start) : end - start]

    def _bundle(self, bundle: Bundle) -> list[bytes]:
        """The first `width` entries: of the full file when there is one, else of one wide enough."""
        full = Bundle(bundle.n)
        if (self.folder / full.path).exists():
            return full.split((self.folder / full.path).read_bytes())[: bundle.width]
        parts = (self.folder / full.path).with_name((self.folder / full.path).name + ".p")
        widths = sorted(int(p.name) for p in parts.glob("[0-9]*")) if parts.is_dir() else []
        for width in widths:
            if width >= bundle.width:
                part = Bundle(bundle.n, width)
                return part.split((self.folder / part.path).read_bytes())[: bundle.width]
        raise FileNotFoundError(bundle.path)

    def _write(self, files: Mapping[str, bytes]) -> None:
        """Files first, then their folders: after a loss of power each is there whole, or not at all."""
        folders = set[Path]()
        for path, data in files.items():
            target = self.folder / path
            self._folder(target.parent, folders)
            making = target.with_name(f".{target.name}.making")
            with making.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            making.rename(target)
            folders.add(target.parent)
        for folder in folders:
            sync_folder(folder)
        for path in files:
            self._drop_parts(self.folder / path)

    def _folder(self, folder: Path, made: set[Path]) -> None:
        if not folder.is_dir():
            self._folder(folder.parent, made)
            folder.mkdir(exist_ok=True)
            made |= {folder, folder.parent}

    def _drop_parts(self, full: Path) -> None:
        """Parts of a tile may go when all of it is there."""
        parts = full.with_name(f"{full.name}.p")
        if parts.is_dir():
            shutil.rmtree(parts)
