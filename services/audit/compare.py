"""The ledger against every service's own facts, by id and hash, in both directions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import httpx

from services.audit.domain.report import Report
from services.audit.vault import Unsealable, Vault, unseal
from shared.db import Db
from shared.errors import DomainError
from shared.peers import NAMES, Peers

PAGE = 5_000
Source = Callable[[str, int, int], Awaitable[Sequence[Mapping[str, Any]]]]
HELD = (
    "SELECT e.id, p.sealed, p.subject FROM ledger_event e JOIN ledger_payload p USING (idx)"
    " WHERE e.service = $1 AND e.position > $2 AND e.position <= $3"
)


class Unreachable(Exception):
    """A service does not give its facts."""


def from_peers(peers: Peers) -> Source:
    """Facts through each service's HTTP route."""

    async def facts(service: str, after: int, limit: int) -> Sequence[Mapping[str, Any]]:
        try:
            path = f"/api/v1/facts?after={after}&limit={limit}"
            answer = await peers.get(service, path, patience=60)
            page: Sequence[Mapping[str, Any]] = answer.json()["facts"]
            return page
        except (DomainError, httpx.HTTPError, ValueError, KeyError) as error:
            raise Unreachable(service) from error

    return facts


async def compare(
    db: Db, later: Db, vault: Vault, source: Source, report: Report, patience: float = 30
) -> None:
    """`db` is a snapshot taken before the first fact is asked for: what it holds, the services must hold.

    What they hold besides must arrive in the ledger within `patience` seconds (seen through `later`).
    """
    for service, name in NAMES.items():
        try:
            waiting = await _service(db, vault, source, report, service)
            await _arrivals(later, vault, report, service, waiting, patience)
        except Unreachable:
            report.differs(f"「{name}」没有应答，无法比对其事实")


async def _service(
    db: Db, vault: Vault, source: Source, report: Report, service: str
) -> dict[str, str]:
    """Compare page by page; returns the facts the snapshot does not hold (id → hash)."""
    after, count, waiting = 0, 0, dict[str, str]()
    while page := await source(service, after, PAGE):
        upto = page[-1]["position"]
        held = await _hashes(db, vault, await db.fetch(HELD, service, after, upto))
        for fact in page:
            if fact["id"] not in held:
                waiting[fact["id"]] = fact["sha256"]
            elif held.pop(fact["id"]) not in (None, fact["sha256"]):
                report.differs(f"「{NAMES[service]}」的事实 {fact['id']} 与台账内容不同")
        _absent(report, service, held)
        count, after = count + len(page), upto
    rest = await db.fetch(HELD, service, after, 2**62)
    _absent(report, service, [row["id"] for row in rest])
    report.facts[service] = count
    return waiting


def _absent(report: Report, service: str, ids: Any) -> None:
    for id in ids:
        report.differs(f"台账中的 {id} 在「{NAMES[service]}」的事实中已不存在")


async def _arrivals(
    later: Db, vault: Vault, report: Report, service: str, waiting: dict[str, str], patience: float
) -> None:
    """Facts younger than the snapshot are on their way; those that do not come are missing."""
    end = time.monotonic() + patience
    while waiting:
        rows = await later.fetch(
            "SELECT e.id, p.sealed, p.subject FROM ledger_event e JOIN ledger_payload p USING (idx)"
            " WHERE e.id = ANY($1)",
            list(waiting),
        )
        for id, ours in (await _hashes(later, vault, rows)).items():
            if ours not in (None, waiting.pop(id)):
                report.differs(f"「{NAMES[service]}」的事实 {id} 与台账内容不同")
        if time.monotonic() > end:
            break
        await asyncio.sleep(0.2)
    for id in waiting:
        report.differs(f"「{NAMES[service]}」的事实 {id} 没有进入台账")


async def _hashes(db: Db, vault: Vault, rows: Sequence[Any]) -> dict[str, str | None]:
    """SHA-256 of the sealed records; of one that does not open, a word instead; None where the key was
    destroyed: whether lawfully, the walk over the leaves has told, and there is nothing to compare.
    """
    try:
        keys = await vault.known(db, {row["subject"] for row in rows})
    except Unsealable:
        return {row["id"]: "密钥已被调换" for row in rows}
    found: dict[str, str | None] = {}
    for row in rows:
        dek = keys.get(row["subject"], b"")
        try:
            frame = unseal(dek, row["id"], row["sealed"]) if dek else b""
            found[row["id"]] = None if dek is None else sha256(frame).hexdigest()
        except Unsealable:
            found[row["id"]] = "无法打开"
    return found
