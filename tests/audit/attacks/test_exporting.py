"""Row 7: the disk fails, or the process dies, at each step of exporting. What is shown stays whole."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EIO
from pathlib import Path

import pytest

from services.audit.publishing.export import Export
from tests.audit.attacks.exporting import EVENTS
from tests.audit.conftest import Store
from tests.audit.parties import Parties, noted, parties, writing
from tests.audit.test_publishing import RECORDS
from tlog.checkpoint import checkpoint_of
from tlog.merkle import Tree, leaf_hash
from tlog.note import parse_note
from tlog.tiles import tiles_of


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


class Faults:
    """An audit hook of the interpreter: the disk says EIO at the n-th step below `folder`."""

    def __init__(self) -> None:
        self.folder = ""
        self.left = -1
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if not self.folder or event not in EVENTS or not str(args[0]).startswith(self.folder):
            return
        self.left -= 1
        if self.left == 0:
            raise OSError(EIO, "the disk failed", str(args[0]))

    @contextmanager
    def at(self, step: int, folder: Path) -> Iterator[None]:
        self.folder, self.left = str(folder), step
        try:
            yield
        finally:
            self.folder = ""


FAULTS = Faults()


def whole(export: Export) -> int:
    """Everything the shown note commits to is there and leads to its root; returns its size."""
    note = export.checkpoint()
    if note is None:
        return 0
    shown = checkpoint_of(parse_note(note))
    tree = Tree()
    for leaf in export.entries(0, shown.size):
        tree.append(leaf_hash(leaf))
    assert tree.root() == shown.root
    for one in tiles_of(shown.size):
        path = export.folder / one.path
        wide = path if path.exists() else export.folder / one._replace(width=256).path
        assert len(wide.read_bytes()) >= 32 * one.width
    return shown.size


async def test_a_disk_that_fails_at_any_step_leaves_what_was_shown(
    store: Store, known: Parties
) -> None:
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:250])
    async with known.publisher(store) as publisher:
        await publisher.publish()
        async with writing(store) as ledger:
            await ledger.append(RECORDS[:300])
        steps = 0
        for step in range(1, 60):
            with FAULTS.at(step, publisher.export.folder), suppress(OSError):
                await publisher.publish()
            if FAULTS.left > 0:  # the last step was passed
                break
            steps = step
            assert whole(publisher.export) in (250, 300)
        assert steps > 12, "too few steps failed to mean anything"
        assert whole(publisher.export) == 300


@pytest.mark.slow
async def test_a_process_killed_at_any_step_leaves_what_was_shown(
    store: Store, known: Parties
) -> None:
    async with known.publisher(store) as publisher:
        folder = publisher.export.folder
        for size in (250, 300):
            async with writing(store) as ledger:
                await ledger.append(RECORDS[:size])
                await noted(ledger)
        for step in range(1, 60, 3):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.audit.attacks.exporting",
                store.worker,
                str(folder),
                str(step),
            )
            killed = await process.wait() != 0
            whole(Export(folder))
            if not killed:
                break
        assert step > 12
        assert await publisher.publish()
        assert whole(publisher.export) == 300
        assert not list(folder.rglob("*.making"))
