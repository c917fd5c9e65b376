"""The one process that leads: it feeds the ledger; a second instance waits for the lock."""

from __future__ import annotations

import asyncio

import structlog

from services.audit.feed import feed
from services.audit.house import Frozen
from services.audit.log import leading
from services.audit.settings import AuditSettings
from services.audit.vault import vault_of
from shared.runtime import Runtime
from tlog.policy import Policy, parse_policy

log = structlog.get_logger()


async def run_ledger(runtime: Runtime) -> None:
    """Lead the ledger for ever; raises when the lead is lost, to be started again."""
    settings = AuditSettings()
    policy = policy_of(settings)
    origin = policy.logs[0].vkey.name if policy else ""
    previous = settings.previous.read_bytes() if settings.previous else b""
    async with leading(runtime.settings.worker_dsn, vault_of(runtime.settings)) as ledger:
        try:
            await feed(ledger, runtime.settings.kafka, settings, origin, previous)
        except Frozen:
            log.warning("the log is closed; nothing is taken in", size=ledger.size)
            await asyncio.Event().wait()


def policy_of(settings: AuditSettings) -> Policy | None:
    """Our own key and the witnesses, from the policy file; None where nothing is published."""
    return parse_policy(settings.witnesses.read_bytes()) if settings.witnesses else None
