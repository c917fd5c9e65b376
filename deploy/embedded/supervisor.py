"""Keeps programs running: restarts what dies, ends everything on request, records every process id."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from deploy.embedded.processes import StartError, tail
from deploy.embedded.programs import Program
from deploy.embedded.records import SUPERVISOR, Records

LONGEST_PAUSE = 15.0
CALM = 10.0
GRACE = 4.0
SERVERS = ("postgres", "kafka")


class Stopped(BaseException):
    """Ctrl-C or SIGTERM; passes through every `except Exception`."""


@dataclass
class Watch:
    """One program under supervision. `recovered` is called when it is ready again after a restart."""

    program: Program
    recovered: Callable[[], None] | None = None
    began: float = 0.0
    pause: float = 0.5
    due: float | None = None
    recovering: bool = False
    restarts: int = 0


@dataclass
class Supervisor:
    """Programs in the order in which they were started; the last ones are ended first."""

    records: Records
    say: Callable[[str], None]
    own_pid: int
    watches: dict[str, Watch] = field(default_factory=dict)

    def start(
        self, name: str, program: Program, recovered: Callable[[], None] | None = None
    ) -> None:
        """Start one more program; from now on it is kept running."""
        watch = Watch(program, recovered, began=time.monotonic())
        self.watches[name] = watch
        program.begin()
        self._record()

    def await_ready(self, names: list[str], patience: float) -> None:
        """Keep everything running until all `names` are ready; raises StartError after `patience` s."""
        waiting = list(names)
        deadline = time.monotonic() + patience
        while waiting:
            waiting = [name for name in waiting if not self.watches[name].program.ready()]
            if waiting and time.monotonic() > deadline:
                texts = [f"— {name} —\n{tail(self.watches[name].program.log)}" for name in waiting]
                raise StartError("没有就绪：" + "\n".join(texts))
            self.look_after()
            time.sleep(0.05)

    def run(self) -> None:
        """Look after everything until `Stopped` is raised by a signal."""
        while True:
            self.look_after()
            time.sleep(0.2)

    def look_after(self) -> None:
        """Restart what has ended, each after a pause that doubles while it keeps failing."""
        for name, watch in self.watches.items():
            process = watch.program.process
            if process is None or process.poll() is not None:
                self._revive(name, watch)
            elif watch.recovering and watch.program.ready():
                watch.recovering = False
                if watch.recovered:
                    watch.recovered()

    def stop(self) -> None:
        """End everything within ten seconds: first what uses the servers, then the servers."""
        others = [name for name in self.watches if name not in SERVERS]
        servers = [name for name in self.watches if name in SERVERS]
        for names in (others, servers):
            self._end(names)
        self.watches.clear()
        self._record()

    def _end(self, names: list[str]) -> None:
        programs = [self.watches[name].program for name in names]
        for name, program in zip(names, programs, strict=True):
            if program.process and program.process.poll() is None:
                how = signal.SIGINT if name == "postgres" else signal.SIGTERM
                program.process.send_signal(how)
        deadline = time.monotonic() + GRACE
        while any(p.process and p.process.poll() is None for p in programs):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        for program in programs:
            program.stop(0)

    def _revive(self, name: str, watch: Watch) -> None:
        now = time.monotonic()
        if watch.due is None:
            if now - watch.began > CALM:
                watch.pause = 0.5
            watch.due = now + watch.pause
            watch.pause = min(watch.pause * 2, LONGEST_PAUSE)
            code = watch.program.process.returncode if watch.program.process else "?"
            self.say(f"{name} 已退出（{code}），即将重新启动")
        elif now >= watch.due:
            watch.due, watch.began, watch.recovering = None, now, True
            watch.restarts += 1
            watch.program.begin()
            self._record()

    def _record(self) -> None:
        running = {
            name: watch.program.process.pid
            for name, watch in self.watches.items()
            if watch.program.process
        }
        self.records.write({SUPERVISOR: self.own_pid, **running})


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM raise `Stopped` once; while everything is being ended they are ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    previous = {
        number: signal.signal(number, stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
