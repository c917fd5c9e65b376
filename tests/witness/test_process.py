"""The witness as a process: what it answered it still knows after kill -9, whoever asks at once."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.tlog.logs import LOG, ORIGIN, WITNESS, Log
from tests.tlog.programs import Served
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note
from tlog.submission import Submission
from witness.cosigning import LOGS, create

LOGGED = Log(300)
MONITOR = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "witness"
    create(folder, WITNESS.name, WITNESS.seed)
    (folder / LOGS).write_text(f"log {LOG.vkey}\n", "utf-8")
    served = Served("witness", folder)
    served.start()
    yield served
    served.kill()


def known(served: Served) -> int:
    answer = httpx.get(served.url + MONITOR, trust_env=False)
    return checkpoint_of(parse_note(answer.content)).size if answer.status_code == 200 else 0


def submit(served: Served, submission: Submission) -> httpx.Response:
    return httpx.post(
        served.url + "/add-checkpoint", content=submission.encode(), timeout=30, trust_env=False
    )


def test_a_request_that_stalls_on_the_way_is_overtaken_and_then_stale(served: Served) -> None:
    assert submit(served, LOGGED.submission(0, 100)).status_code == 200
    body = LOGGED.submission(100, 150).encode()
    head = (
        f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    with socket.create_connection(("127.0.0.1", served.port), 30) as slow:
        slow.sendall(head + body[:-1])
        assert submit(served, LOGGED.submission(100, 200)).status_code == 200
        slow.sendall(body[-1:])
        said = slow.recv(4096)
        while not said.endswith(b"200\n"):
            more = slow.recv(4096)
            assert more, said
            said += more
    assert said.startswith(b"HTTP/1.1 409")
    assert b"text/x.tlog.size" in said
    assert known(served) == 200


def test_of_many_at_once_one_is_cosigned_and_the_others_are_told_its_size(served: Served) -> None:
    old = 0
    for _ in range(6):
        sizes = [old + n for n in range(1, 9)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda size: submit(served, LOGGED.submission(old, size)), sizes)  # noqa: B023
            )
        won = [
            size for size, answer in zip(sizes, answers, strict=True) if answer.status_code == 200
        ]
        assert len(won) == 1
        lost = {answer.text for answer in answers if answer.status_code == 409}
        assert lost == {f"{won[0]}\n"}
        old = won[0]
    assert known(served) == old


@pytest.mark.slow
def test_what_it_cosigned_it_still_knows_after_kill_9(served: Served) -> None:
    """Killed while requests are on their way: everything answered is remembered, nothing is half done."""
    chance = random.Random(9)
    cosigned = 0
    for _ in range(4):
        with ThreadPoolExecutor(1) as pool:

            def ask() -> int:
                """Until it is killed; returns the last size that was answered."""
                size = known(served)
                try:
                    while size < LOGGED.size:
                        answer = submit(served, LOGGED.submission(size, size + 1))
                        assert answer.status_code == 200, answer.text
                        size += 1
                except httpx.TransportError:
                    pass
                return size

            asking = pool.submit(ask)
            process = served.process
            assert process
            with pytest.raises(Exception, match="timed out"):
                process.wait(chance.uniform(0.05, 0.4))
            served.kill()
            cosigned = max(cosigned, asking.result(60))
        served.start()
        assert known(served) in (cosigned, cosigned + 1), "answered, or remembered just before"
    fork = Log(300, b"rewritten ")
    assert submit(served, fork.submission(0, 300)).status_code == 409
    assert submit(served, fork.submission(known(served), 300)).status_code == 422
