"""A full dump, from a folder or a URL: everything is computed again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.verify.desk import FALSE, PROVED, UNUSABLE, Desk, ledger, told
from tests.verify.ledger import Ledger, entry, packed, tile, write
from tests.verify.tree import root


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("filler", [0, 246, 247, 248, 503, 760])
def test_a_dump_is_recomputed_at_every_kind_of_size(desk: Desk, tmp_path: Path, filler: int):
    outcome = desk.run("dump", ledger(filler=filler).export(tmp_path / "dump"))
    assert outcome["code"] == PROVED
    assert f"全部 {9 + filler} 条已逐条重算" in told(outcome)


def test_the_live_log_is_read_like_a_dump(desk: Desk, tmp_path: Path):
    with served(ledger(filler=300).export(tmp_path / "dump")) as url:
        assert desk.run("dump", url)["code"] == PROVED


def test_a_changed_byte_in_any_file_of_a_dump_is_noticed(desk: Desk, tmp_path: Path):
    dump = ledger(filler=260).export(tmp_path / "dump")
    files = sorted(path for path in dump.rglob("*") if path.is_file())
    assert len(files) == 6
    for path in files:
        good = path.read_bytes()
        for at in (0, 1, len(good) // 2, len(good) - 2):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert desk.run("dump", dump)["code"] in (FALSE, UNUSABLE), (path, at)
        path.write_bytes(good)
    assert desk.run("dump", dump)["code"] == PROVED


def test_a_missing_file_is_named(desk: Desk, tmp_path: Path):
    dump = ledger(filler=260).export(tmp_path / "dump")
    for name in ("checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/001.p/13"):
        data = (dump / name).read_bytes()
        (dump / name).unlink()
        outcome = desk.run("dump", dump)
        assert outcome["code"] == UNUSABLE
        assert name in told(outcome)
        write(dump / name, data)


def test_a_full_file_stands_for_a_partial_one(desk: Desk, tmp_path: Path):
    early, late = ledger(filler=100), ledger(filler=300)
    dump = late.export(tmp_path / "dump")
    write(dump / "checkpoint", early.note(109))
    assert desk.run("dump", dump)["code"] == PROVED


def test_older_partial_files_must_agree(desk: Desk, tmp_path: Path):
    book = ledger(filler=20)
    dump = book.export(tmp_path / "dump")
    write(dump / tile("0", 0, 7), b"".join(book.hashes(7)))
    write(dump / tile("entries", 0, 7), b"".join(packed(one.leaf) for one in book.entries[:7]))
    write(dump / "tile/0/007", b"later")
    outcome = desk.run("dump", dump)
    assert outcome["code"] == PROVED
    assert "较早的分块文件 2 个，相符；不属于此存档点、未核验的文件 1 个" in told(outcome)
    write(dump / tile("0", 0, 7), b"".join(book.hashes(6)) + bytes(32))
    assert desk.run("dump", dump)["code"] == FALSE


def test_an_empty_log_proves_nothing(desk: Desk, tmp_path: Path):
    write(tmp_path / "dump/checkpoint", Ledger().note(0))
    outcome = desk.run("dump", tmp_path / "dump")
    assert outcome["code"] == FALSE
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_no_log_at_the_place_is_unusable(desk: Desk, tmp_path: Path):
    for place in (tmp_path / "nothing", "http://127.0.0.1:9/", tmp_path / "home/policy.txt"):
        assert desk.run("dump", place)["code"] == UNUSABLE


def test_a_stream_with_a_gap_is_a_doubt(desk: Desk, tmp_path: Path):
    late = entry("item-late", 3, "catalog.item_drafted.v1", {})
    outcome = desk.run("dump", ledger(late).export(tmp_path / "dump"))
    assert outcome["code"] == FALSE
    assert "item-late 缺 2 版，自第 1 版起" in told(outcome)


def test_an_id_that_stands_twice_is_a_doubt(desk: Desk, tmp_path: Path):
    outcome = desk.run("dump", ledger(ledger().entries[8]).export(tmp_path / "dump"))
    assert outcome["code"] == FALSE
    assert "第 9 条的编号已有条目" in told(outcome)


def test_a_gap_that_was_closed_later_is_mentioned_only(desk: Desk, tmp_path: Path):
    late = [entry("item-late", version, "catalog.item_drafted.v1", {}) for version in (1, 3, 2, 4)]
    outcome = desk.run("dump", ledger(*late).export(tmp_path / "dump"))
    assert outcome["code"] == PROVED
    assert "提示：1 条在较新的版次之后才入账" in outcome["lines"]


def test_leaves_that_are_not_written_in_the_one_way_are_not_good(desk: Desk, tmp_path: Path):
    good = ledger()
    leaf = good.entries[4].leaf
    others = [
        b"{}", b"[]", b"\xff", leaf + b" ", leaf.replace(b'"v":1', b'"v":2'),
        leaf.replace(b'"v":1', b'"v":1.0'),
        leaf.replace(b'"av":2', b'"av":2,"av":2'), leaf.replace(b'"v":1', b'"v":1,"w":1'),
        leaf.replace(b"ag-1", b"\\u0061g-1"), leaf.replace(b"ag-1", b"\\ud800"),
        leaf.replace(b'"position":102', b'"position":true'),
    ]  # fmt: skip
    for other in others:
        assert other != leaf
        odd = ledger()
        odd.entries[4] = replace(good.entries[4], leaf=other)
        outcome = desk.run("dump", odd.export(tmp_path / "dump"))
        assert outcome["code"] == FALSE, other
        assert "第 4 条" in told(outcome)
