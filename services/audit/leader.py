"""The one process that leads: it feeds the ledger and publishes it; a second instance waits for the lock."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Sequence
from pathlib import Path

import structlog

from services.audit.feed import feed
from services.audit.house import Frozen, House
from services.audit.log import Damaged, Ledger, leading
from services.audit.publishing import gate
from services.audit.publishing.anchors import run_anchors
from services.audit.publishing.export import Export
from services.audit.publishing.outside import Outside, client
from services.audit.publishing.publish import Publisher, run_publishing, stopped
from services.audit.publishing.records import from_topics
from services.audit.publishing.safe import Safe
from services.audit.settings import AuditSettings
from services.audit.vault import vault_of
from shared.logs import configure
from shared.runtime import Runtime, Service, opened
from shared.settings import Settings
from shared.tasks import running
from tlog.note import Vkey
from tlog.policy import Policy, parse_policy

log = structlog.get_logger()


async def run_ledger(runtime: Runtime) -> None:
    """Lead the ledger for ever; raises when the lead is lost or must be given up, to be started again."""
    settings = AuditSettings()
    try:
        async with leading(runtime.settings.worker_dsn, vault_of(runtime.settings)) as ledger:
            await lead(runtime, ledger, settings)
    except Damaged as damage:
        await stopped(runtime.worker_pool, "fork", f"校验树与台账头不符，停止入账：{damage}")
        raise


async def lead(runtime: Runtime, ledger: Ledger, settings: AuditSettings) -> None:
    """Nothing is appended and nothing signed before the outside agrees with the database."""
    policy = policy_of(settings)
    if policy is None:
        await _feeding(runtime, ledger, settings)
        return
    async with client() as http:
        secret = settings.signer_secret.get_secret_value()
        outside = Outside(policy, http, settings.signer_url, secret)
        folder, safe = files(runtime.settings.data)
        publisher = Publisher(runtime.worker_pool, outside, Export(folder), Safe(safe))
        await gate.passed(ledger, publisher, from_topics(runtime.settings.kafka))
        if settings.witnesses != folder / "policy.txt":
            await publisher.export.file("policy.txt", settings.policy())
        await _together(
            _feeding(runtime, ledger, settings, policy.log_keys(outside.origin)),
            run_publishing(publisher, settings.publish_seconds),
            run_anchors(
                runtime.worker_pool,
                publisher.export,
                policy,
                settings.policy(),
                f"{runtime.settings.public_url}/audit/log",
            ),
        )


def policy_of(settings: AuditSettings) -> Policy | None:
    """Our own keys and the witnesses, from the policy file; None where nothing is published."""
    return parse_policy(settings.policy()) if settings.witnesses else None


def files(data: Path) -> tuple[Path, Path]:
    """The folder that everybody may see, and the file that nobody may."""
    return data / "ledger", data / "ledger-safe" / "safe.sqlite3"


async def _feeding(
    runtime: Runtime, ledger: Ledger, settings: AuditSettings, keys: Sequence[Vkey] = ()
) -> None:
    previous = settings.previous.read_bytes() if settings.previous else b""
    house = House(ledger)
    try:
        await house.open(keys[0].name if keys else "", previous, keys)
        await feed(ledger, runtime.settings.kafka, settings, house)
    except Frozen:
        log.warning("the log is closed; nothing is taken in", size=ledger.size)
        await asyncio.Event().wait()


async def _together(*tasks: Awaitable[None]) -> None:
    """Until one of them fails; then none goes on, and that failure is raised."""
    started = [asyncio.ensure_future(task) for task in tasks]
    try:
        await asyncio.wait(started, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in started:
            task.cancel()
        done = await asyncio.gather(*started, return_exceptions=True)
    raise next(one for one in done if isinstance(one, Exception))


def run(settings: Settings) -> None:
    """`python -m services.audit ledger`: feeding and publishing in a process of their own, until SIGTERM.

    Whoever serves the pages then waits for the lead, and takes it when this process is gone.
    """
    configure("audit")
    asyncio.run(_alone(settings))


async def _alone(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    service = Service("audit", Path(__file__).parent)
    async with (
        opened(service, settings) as runtime,
        running({"ledger": lambda: run_ledger(runtime)}),
    ):
        await stop.wait()
