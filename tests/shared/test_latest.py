"""What signers and witnesses must not forget: check-and-set, on the disk, also between processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.latest import Latest
from shared.secretfile import Exposed, read_secret, write_secret


@pytest.fixture
def memory(tmp_path: Path) -> Latest:
    return Latest.create(tmp_path / "latest.sqlite3")


def test_only_the_remembered_size_moves_it_on(memory: Latest) -> None:
    assert memory.get("a") is None
    assert not memory.advance("a", 5, 9, b"nine"), "nothing is remembered yet"
    assert memory.advance("a", 0, 5, b"five")
    for old in (0, 4, 6):
        assert not memory.advance("a", old, 9, b"nine")
    assert memory.get("a") == b"five"
    assert memory.advance("a", 5, 5, b"five again")
    assert memory.advance("a", 5, 9, b"nine")
    assert memory.get("a") == b"nine"


def test_logs_are_remembered_apart(memory: Latest) -> None:
    assert memory.advance("a", 0, 5, b"a")
    assert memory.advance("b", 0, 7, b"b")
    assert (memory.get("a"), memory.get("b")) == (b"a", b"b")


def test_an_empty_tree_is_remembered_and_moved_on_from(memory: Latest) -> None:
    assert memory.advance("a", 0, 0, b"none")
    assert memory.get("a") == b"none"
    assert memory.advance("a", 0, 3, b"three")
    assert not memory.advance("a", 0, 4, b"four")


def test_it_is_there_again_when_opened_anew(memory: Latest, tmp_path: Path) -> None:
    memory.advance("a", 0, 5, b"five")
    memory.close()
    again = Latest(tmp_path / "latest.sqlite3")
    assert again.get("a") == b"five"
    assert not again.advance("a", 0, 5, b"other")


def test_every_change_is_synchronised_with_the_disk(memory: Latest) -> None:
    modes = [
        memory._db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "journal_mode")
    ]
    assert modes == [2, "wal"]


def test_of_many_at_once_exactly_one_moves_it_on(memory: Latest, tmp_path: Path) -> None:
    other = Latest(tmp_path / "latest.sqlite3")  # as a second process has it
    for old in range(0, 100, 10):
        sizes = range(old + 1, old + 11)
        with ThreadPoolExecutor(10) as pool:
            won = list(
                pool.map(
                    lambda size: (memory, other)[size % 2].advance("a", old, size, b"%d" % size),  # noqa: B023
                    sizes,
                )
            )
        assert won.count(True) == 1
        winner = sizes[won.index(True)]
        assert memory.get("a") == other.get("a") == b"%d" % winner
        assert memory.advance("a", winner, old + 10, b"next")


def test_a_memory_is_never_made_or_replaced_by_itself(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Latest(tmp_path / "lost.sqlite3")
    assert not (tmp_path / "lost.sqlite3").exists()
    Latest.create(tmp_path / "latest.sqlite3")
    with pytest.raises(FileExistsError):
        Latest.create(tmp_path / "latest.sqlite3")


def test_a_secret_is_for_its_owner_only_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_secret(path, "secret")
    assert path.stat().st_mode & 0o777 == 0o400
    assert read_secret(path) == "secret"
    with pytest.raises(FileExistsError):
        write_secret(path, "another")
    assert read_secret(path) == "secret"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o660, 0o644])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    write_secret(path, "secret")
    path.chmod(mode)
    with pytest.raises(Exposed):
        read_secret(path)
