"""Background tasks are started again whatever ends them, and the process tells the truth about them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from shared.tasks import STEADY, Supervised, running
from tests.kernel import plus
from tests.kernel import running as service_running
from tests.shared.sample import sample


class Flaky:
    """Does as told at each start, and in the end works for ever. `starts` are loop times."""

    def __init__(self, *faults: Callable[[], Awaitable[None]]) -> None:
        self.faults = list(faults)
        self.starts: list[float] = []
        self.works = asyncio.Event()

    async def __call__(self) -> None:
        self.starts.append(asyncio.get_running_loop().time())
        if self.faults:
            await self.faults.pop(0)()
            return
        self.works.set()
        await asyncio.Event().wait()


async def breaks() -> None:
    raise RuntimeError("错误")


async def ends() -> None:
    return


async def is_cancelled_from_below() -> None:
    """As when a library closes and cancels what it owes us."""
    owed = asyncio.get_running_loop().create_future()
    owed.cancel()
    await owed


@pytest.mark.parametrize("fault", [breaks, ends, is_cancelled_from_below])
async def test_whatever_ends_a_task_it_is_started_again(fault):
    task = Flaky(fault)
    async with running({"task": task}) as health:
        await asyncio.wait_for(task.works.wait(), 20)
        assert health.failing == ["task"]
        assert health.dead == []


async def test_the_pauses_grow_and_the_others_go_on():
    failing, other = Flaky(breaks, breaks), Flaky()
    async with running({"failing": failing, "other": other}) as health:
        await asyncio.wait_for(failing.works.wait(), 20)
        assert health.failing == ["failing"]
    first, second, third = failing.starts
    assert second - first >= 0.5
    assert third - second >= 1.0
    assert len(other.starts) == 1


async def test_all_are_ended_when_the_block_ends():
    tasks = {str(n): Flaky() for n in range(3)}
    async with running(tasks) as health:
        await asyncio.gather(*(task.works.wait() for task in tasks.values()))
    assert all(task.done() for task in health.started)


async def test_a_task_that_overhears_that_it_shall_end_is_told_again():
    begun, wake = asyncio.Event(), asyncio.Event()

    async def overhears() -> None:
        while True:
            begun.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), 60)
            wake.clear()

    async with asyncio.timeout(20):
        async with running({"task": overhears}) as health:
            await begun.wait()
            await asyncio.sleep(0)
            wake.set()
            await asyncio.sleep(
                0
            )  # what it waits for has come; it does not know yet, and is told to end
    assert all(task.done() for task in health.started)


async def test_a_task_is_well_again_when_it_has_run_for_a_while():
    task = Supervised("task", breaks, error="错误", runs=True)
    task.started = asyncio.get_running_loop().time()
    assert task.failing
    task.started -= STEADY + 1
    assert not task.failing
    task.runs = False
    assert task.failing


@pytest.mark.kafka
async def test_the_process_says_which_task_fails_and_that_a_dead_one_needs_a_new_process(
    postgres, kafka
):
    async def broken(_: object) -> None:
        raise RuntimeError("错误")

    async with service_running(plus(sample(), tasks=(broken,)), postgres, kafka) as one:
        health = one.app.state.health

        async def failed() -> bool:
            return "broken" in health.failing

        await one.until(failed)
        ready = await one.http.get("/catalog/readyz")
        assert (ready.status_code, ready.json()["failing"]) == (200, ["broken"])
        assert (await one.http.get("/catalog/healthz")).status_code == 200
        health.started[0].cancel()
        await asyncio.wait(health.started[:1])
        answer = await one.http.get("/catalog/healthz")
        assert (answer.status_code, answer.json()["dead"]) == (503, ["relay"])


async def test_without_its_database_a_service_lives_and_is_not_ready(postgres):
    async with service_running(sample(), postgres) as one:
        await asyncio.to_thread(postgres.crash)
        assert (await one.http.get("/catalog/healthz")).status_code == 200
        assert (await one.http.get("/catalog/readyz")).status_code == 503
        page = await one.as_("p-1").get("/catalog/page")
        assert (page.status_code, page.json()["type"]) == (503, "urn:gongkai:problem:unavailable")
        await asyncio.to_thread(postgres.restart)

        async def ready() -> bool:
            return (await one.http.get("/catalog/readyz")).status_code == 200

        await one.until(ready)
