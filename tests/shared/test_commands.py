"""A service as a program: its commands, its log lines, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from itertools import repeat
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from deploy.embedded.processes import free_port
from shared.settings import Settings
from tests.kernel import ORIGIN, Running, create_topics, running, token
from tests.shared.pair import content, on_the_topic, tell
from tests.shared.sample import Add, Ledger, Open, sample

HERE = Path(__file__).parents[2]


def environment(settings: Settings, service: str) -> dict[str, str]:
    """What `settings` would be read from."""

    def plain(value: Any) -> str:
        return str(value.get_secret_value() if isinstance(value, SecretStr) else value)

    told = {f"GONGKAI_{name.upper()}": plain(value) for name, value in settings}
    own = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    return own | told | {"SAMPLE": service}


async def started(
    command: str, settings: Settings, service: str = "catalog", **more: str
) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.shared.sample_process", command, cwd=HERE, stdout=PIPE,
        stderr=PIPE, env=environment(settings, service) | more,
    )  # fmt: skip


async def ran(command: str, one: Running, **more: str) -> tuple[int | None, str, str]:
    """Exit code, output and complaints of a command that ends by itself."""
    process = await started(command, one.settings, one.service.name, **more)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def one(postgres):
    async with running(sample(), postgres) as service:
        yield service


async def test_an_unknown_command_says_which_there_are(one):
    code, out, err = await ran("dance", one)
    assert (code, out) == (2, "")
    assert "serve | migrate | rebuild | republish | retry-parked" in err


async def test_a_missing_setting_is_named_and_nothing_starts(one):
    settings = environment(one.settings, "catalog")
    del settings["GONGKAI_WORKER_DSN"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.shared.sample_process", "migrate", cwd=HERE, stderr=PIPE,
        env=settings,
    )  # fmt: skip
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"worker_dsn" in err


async def test_migrating_twice_does_nothing_the_second_time(one):
    assert (await ran("migrate", one))[:2] == (0, "catalog migrate: 0\n")


async def test_rebuild_makes_the_read_tables_again(one):
    await tell(one, "x", Open("甲"), Add(3))
    live = await one.tables()
    await one.sql("UPDATE counters SET total = -1")
    assert (await ran("rebuild", one))[:2] == (0, "catalog rebuild: 2\n")
    assert await one.tables() == live


@pytest.mark.kafka
async def test_republish_sends_every_fact_again(postgres, kafka):
    async with running(sample(), postgres, kafka) as one:
        await tell(one, "x", Open("甲"), Add(3))
        assert (await ran("republish", one))[:2] == (0, "catalog republish: 2\n")
        assert content(await on_the_topic(one)) == content(await one.sent())


async def test_retry_parked_heals_a_whole_stream_once_the_bug_is_gone(postgres):
    ledger = Ledger()
    async with running(sample(ledger, "feedback"), postgres) as one:
        ledger.faults["review-1:1"] = repeat(RuntimeError("错误"))
        messages = [one.message("approval.poked.v1", {}, "review-1", "a") for _ in range(4)]
        await one.runtime.inbox.receive(messages)
        assert ledger.calls["review-1:1"] == 1 + 5, "once among the others, five times alone"
        rows = await one.sql("SELECT version, kind, reason FROM parked ORDER BY version")
        assert [row["kind"] for row in rows] == ["failed", "behind", "behind", "behind"]
        assert "错误" in rows[0]["reason"]
        assert (await ran("retry-parked", one))[:2] == (0, "feedback retry-parked: 4\n")
        assert [row["version"] for row in await one.sql("SELECT * FROM effects ORDER BY n")] == [
            1, 2, 3, 4,
        ]  # fmt: skip
        assert not await one.sql("SELECT 1 FROM parked")


@pytest.mark.kafka
async def test_served_it_answers_logs_in_json_with_ids_and_ends_when_told(postgres, kafka):
    async with running(sample(), postgres) as one:
        await one.agency("a", "甲局")
        await one.grant("p-1", "a", "DRAFTER")
        await create_topics(kafka.address, one.settings.kafka_prefix)
        port = free_port()
        process = await started(
            "serve", one.settings, GONGKAI_PORT=str(port), GONGKAI_KAFKA=kafka.address
        )
        base = f"http://127.0.0.1:{port}/catalog"
        headers = {"Authorization": f"Bearer {token('p-1')}", "Origin": ORIGIN}
        async with httpx.AsyncClient(headers=headers, trust_env=False) as http:

            async def ready() -> bool:
                try:
                    return (await http.get(f"{base}/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            try:
                await one.until(ready, 60)
                answer = await http.post(f"{base}/say?text=甲")
            finally:
                process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [orjson.loads(line) for line in err.decode().splitlines()]
    assert "background task" not in err.decode(), "one failed"
    [said] = [line for line in lines if line["event"] == "甲"]
    assert said["correlation"] == answer.headers["x-correlation-id"]
    assert (said["service"], said["level"]) == ("catalog", "info")
    assert said["timestamp"].endswith("Z")
