"""The keys the writer is using. A new one is stored by the transaction that first needs it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from itertools import islice
from typing import NamedTuple

from services.audit.vault import GENERATIONS, Vault, forget_boxes
from shared.db import Db

MOST = 50_000  # keys kept in memory


class Key(NamedTuple):
    """A subject's handle and data key."""

    handle: str
    dek: bytes


class Erased(Exception):
    """A subject that was erased more often than there are generations."""


class Keyring:
    """Keys by subject. What it has made and not yet handed over to be stored is in `made`."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._known: dict[str, Key] = {}
        self._made: dict[str, bytes] = {}

    async def keys(self, db: Db, subjects: Collection[str]) -> dict[str, Key]:
        """A living key for each subject; made where there is none, or where the last was destroyed."""
        open_ = [subject for subject in subjects if subject not in self._known]
        for generation in range(GENERATIONS):
            open_ = await self._look_up(db, open_, generation)
            if not open_:
                break
        else:
            raise Erased(f"{len(open_)} subjects")
        found = {subject: self._known[subject] for subject in subjects}
        self._shrink()
        return found

    def made(self) -> list[tuple[str, bytes]]:
        """New keys as rows for the vault: handed out once."""
        rows = [(handle, self.vault.wrapped(handle, dek)) for handle, dek in self._made.items()]
        self._made.clear()
        return rows

    def forget(self, handles: Iterable[str]) -> None:
        """Their keys are being destroyed."""
        gone = set(handles)
        self._known = {s: key for s, key in self._known.items() if key.handle not in gone}
        forget_boxes()

    async def _look_up(self, db: Db, subjects: Collection[str], generation: int) -> list[str]:
        """Take over or make the keys of this generation; returns those whose key was destroyed."""
        if not subjects:
            return []
        handles = {subject: self.vault.handle(subject, generation) for subject in subjects}
        stored = await self.vault.known(db, handles.values())
        destroyed = []
        for subject, handle in handles.items():
            dek = stored.get(handle, b"")
            if dek is None:
                destroyed.append(subject)
                continue
            if not dek:
                dek = self._made[handle] = secrets.token_bytes(32)
            self._known[subject] = Key(handle, dek)
        return destroyed

    def _shrink(self) -> None:
        if len(self._known) > MOST:
            for subject in list(islice(self._known, MOST // 2)):
                del self._known[subject]
