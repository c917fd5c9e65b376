"""The kill drill in short: each process once. The whole one: `python -m tests.faults.kill_drill`."""

import asyncio
import importlib.util

import pytest

from deploy.embedded.databases import SERVICES
from tests.faults.comparison import counted
from tests.faults.kill_drill import drill


def test_what_is_lost_and_what_is_doubled_is_counted() -> None:
    row = counted("x", ["a", "b", "c"], ["a", "b", "b", "b"])
    assert (row.expected, row.found, row.lost, row.doubled) == (3, 4, 1, 2)
    assert not row.good
    assert counted("x", ["a"], ["a"]).good


@pytest.mark.slow
@pytest.mark.kafka
async def test_every_process_killed_once_loses_and_doubles_nothing() -> None:
    missing = [s for s in SERVICES if not importlib.util.find_spec(f"services.{s}.__main__")]
    assert not missing, f"the platform is not whole: {missing}"
    outcome = await asyncio.to_thread(drill, 1, 6, 5, lambda _: None)
    assert outcome.failed == {}
    assert [(row.what, row.note) for row in outcome.rows if not row.good] == []
