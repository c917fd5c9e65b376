"""Fetching: only what was pinned is used, and what was already fetched is not fetched again."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.artifacts import kafka_lib, postgres_home, this_platform, web_assets
from deploy.downloads import Artifact, ArtifactError, fetch, locked, table

CONTENT = b"jar" * 50_000
PATH = "/org/example/thing/1.0/thing-1.0.jar"


class Mirror(ThreadingHTTPServer):
    """A Maven repository with one file, which can break off in the middle."""

    daemon_threads = True
    asked = 0
    breaks = 0
    content = CONTENT

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        mirror = self.server
        assert isinstance(mirror, Mirror)
        if self.path != PATH:
            return self.send_error(404)
        mirror.asked += 1
        whole = mirror.content
        sent = whole[: len(whole) // 2] if mirror.asked <= mirror.breaks else whole
        self.send_response(200)
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        self.wfile.write(sent)
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.downloads.PAUSE", 0.01)


def thing(content: bytes = CONTENT) -> Artifact:
    digest = hashlib.sha256(content).hexdigest()
    return Artifact("example", "org.example:thing:1.0", digest, len(content))


def test_a_file_is_fetched_once_and_verified(mirror: Mirror, tmp_path: Path) -> None:
    for _ in range(3):
        [path] = fetch([thing()], tmp_path, mirror.url)
    assert path.read_bytes() == CONTENT
    assert mirror.asked == 1


def test_another_file_than_the_pinned_one_is_refused_and_removed(
    mirror: Mirror, tmp_path: Path
) -> None:
    mirror.content = CONTENT[:-1] + b"!"
    with pytest.raises(ArtifactError, match="校验值与清单不符"):
        fetch([thing()], tmp_path, mirror.url)
    assert not list(tmp_path.rglob("*.jar"))


def test_a_broken_download_is_tried_again(mirror: Mirror, tmp_path: Path) -> None:
    mirror.breaks = 2
    [path] = fetch([thing()], tmp_path, mirror.url)
    assert path.read_bytes() == CONTENT


def test_a_half_file_left_by_an_interrupted_run_is_done_again(
    mirror: Mirror, tmp_path: Path
) -> None:
    half = tmp_path / f"maven{PATH}"
    half.parent.mkdir(parents=True)
    half.write_bytes(CONTENT[:1000])
    [path] = fetch([thing()], tmp_path, mirror.url)
    assert path.read_bytes() == CONTENT


def test_what_is_nowhere_is_named(mirror: Mirror, tmp_path: Path) -> None:
    absent = Artifact("example", "org.example:absent:2.0", "0" * 64, 1)
    with pytest.raises(ArtifactError, match=r"org\.example:absent:2\.0"):
        fetch([absent], tmp_path, mirror.url)


@pytest.mark.parametrize("name", [PATH[1:], "thing-1.0.jar"])
def test_a_local_folder_serves_an_isolated_network(tmp_path: Path, name: str) -> None:
    source = tmp_path / "stick" / name
    source.parent.mkdir(parents=True)
    source.write_bytes(CONTENT)
    [path] = fetch([thing()], tmp_path / "cache", str(tmp_path / "stick"))
    assert path.read_bytes() == CONTENT


def test_two_set_ups_at_once_take_turns(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path):
            order.append("second")

    with locked(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_every_platform_has_its_database_and_every_pin_is_whole() -> None:
    rows = table()
    assert {row.platform for row in rows if row.group == "postgres"} >= {this_platform()}
    assert all(len(row.sha256) == 64 and row.size > 0 for row in rows)
    assert len({row.coordinate for row in rows}) == len(rows)
    assert sum(row.group == "kafka" for row in rows) == 46


def test_what_is_unpacked_is_complete() -> None:
    assert len(list(kafka_lib().glob("*.jar"))) == 46
    assert (postgres_home() / "bin/postgres").exists()
    wanted = {"htmx.min.js", "echarts.min.js"}
    assert wanted <= {path.name for path in web_assets().iterdir()}
