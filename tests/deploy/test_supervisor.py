"""The supervisor: what dies comes back, and what is stopped is gone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.processes import StartError
from deploy.embedded.programs import Command
from deploy.embedded.records import AlreadyRunning, Record, Records, started
from deploy.embedded.supervisor import Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True);"
    "time.sleep(600)",
]
PARENT = """
import os, sys, time
from pathlib import Path
from deploy.embedded.programs import Command
from deploy.embedded.records import Records
from deploy.embedded.supervisor import Supervisor
folder = Path(sys.argv[1])
supervisor = Supervisor(Records(folder), print, os.getpid())
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
supervisor.start("child", Command(sleep, {}, folder / "child.log", lambda: True))
supervisor.run()
"""


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path)


@pytest.fixture
def supervisor(records: Records) -> Iterator[Supervisor]:
    made = Supervisor(records, lambda _: None, os.getpid())
    yield made
    made.stop()


def command(tmp_path: Path, arguments: list[str]) -> Command:
    return Command(arguments, {}, tmp_path / "program.log", lambda: True)


def pid_of(program: Command) -> int:
    assert program.process
    return program.process.pid


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_program_is_started_again_and_recorded(
    supervisor: Supervisor, records: Records, tmp_path: Path
) -> None:
    program = command(tmp_path, SLEEP)
    recovered: list[bool] = []
    supervisor.start("one", program, lambda: recovered.append(True))
    first = pid_of(program)
    program.kill()

    def back() -> bool:
        supervisor.look_after()
        return bool(recovered)

    eventually(back)
    assert pid_of(program) != first
    assert records.read()["one"].pid == pid_of(program)


def test_a_program_that_keeps_failing_is_tried_ever_more_rarely(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start("broken", command(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"]))
    watch = supervisor.watches["broken"]

    def twice() -> bool:
        supervisor.look_after()
        return watch.restarts >= 2

    eventually(twice)
    assert watch.pause >= 2


def test_stopping_ends_even_what_does_not_listen(supervisor: Supervisor, tmp_path: Path) -> None:
    quiet, deaf = command(tmp_path, SLEEP), command(tmp_path, DEAF)
    supervisor.start("quiet", quiet)
    supervisor.start("deaf", deaf)
    eventually(lambda: "1" in deaf.log.read_text())
    pids = [pid_of(quiet), pid_of(deaf)]
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 10
    assert [started(pid) for pid in pids] == [None, None]


@pytest.mark.skipif(sys.platform != "linux", reason="macOS tells no child of its parent's death")
def test_children_die_with_a_killed_supervisor(records: Records, tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)])
    eventually(lambda: "child" in records.read())
    child = records.read()["child"]
    parent.kill()
    parent.wait()
    eventually(lambda: not child.alive())


def test_a_later_start_ends_what_an_earlier_one_left(records: Records, tmp_path: Path) -> None:
    left = subprocess.Popen(SLEEP)
    records.write({"left": left.pid})
    assert records.end_leftovers() == ["left"]
    assert left.wait(5) == -signal.SIGTERM


def test_a_process_that_only_has_the_same_id_is_left_alone() -> None:
    Record(os.getpid(), "an earlier time").signal(signal.SIGKILL)


def test_one_data_folder_has_one_supervisor(records: Records) -> None:
    with records.held(), pytest.raises(AlreadyRunning), records.held():
        pass


def test_a_program_that_never_gets_ready_is_named_with_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    program = command(tmp_path, [sys.executable, "-c", "print('端口被占用', flush=True); input()"])
    program.ready = lambda: False
    supervisor.start("slow", program)
    with pytest.raises(StartError, match="没有就绪：— slow —"):
        supervisor.await_ready(["slow"], 0.5)
