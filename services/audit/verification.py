"""Running a verification: by the button, as a background job with progress, or from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from services.audit import memories
from services.audit.compare import Source, compare, from_peers
from services.audit.domain.report import Report
from services.audit.fsck import check, check_leaves, snapshot
from services.audit.leader import policy_of
from services.audit.settings import AuditSettings
from services.audit.vault import Vault, vault_of
from services.audit.walk import Progress, no_progress
from shared.db import Db
from shared.errors import Invalid
from shared.ids import new_id
from shared.runtime import Runtime


class NoRoot(Invalid):
    """The file given is no saved root of ours."""

    text = "所选文件不是本平台保存的根校验值文件"


def read_root(data: bytes) -> tuple[int, str]:
    """Size and root (hex) of a saved root, or of a checkpoint somebody saved. Raises NoRoot."""
    try:
        if not data.startswith(b"{"):
            return memories.remembered(data)
        said = orjson.loads(data)
        size, root = said["size"], said["root"]
        if isinstance(size, int) and size > 0 and len(bytes.fromhex(root)) == 32:
            return size, root
    except (ValueError, KeyError, TypeError):
        pass
    raise NoRoot(field="root")


def write_root(size: int, root: bytes, at: datetime) -> bytes:
    """A file to be kept elsewhere: only what others remember shows a rewritten ledger."""
    said = {"log": "gongkai", "size": size, "root": root.hex(), "savedAt": at.isoformat()}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True)
class How:
    """What a verification compares with besides the ledger itself: roots kept elsewhere (size → hex),
    every service's facts, and what the outside remembers. `leaves`: tree and roots only, which is fast."""

    saved: Mapping[int, str]
    source: Source | None = None
    outside: AuditSettings | None = None
    data: Path = Path()
    leaves: bool = False


async def verify(dsn: str, vault: Vault, how: How, progress: Progress = no_progress) -> Report:
    """Recompute everything and compare."""
    kept, silent = await memories.outside(how.outside, how.data) if how.outside else ([], [])
    policy = policy_of(how.outside) if how.outside else None
    async with snapshot(dsn) as db:
        if how.leaves:
            report = await check_leaves(db, how.saved, progress, kept)
        else:
            report = await check(db, vault, how.saved, progress, kept, policy)
        report.notices += silent
        if how.source:
            later = await asyncpg.connect(dsn)
            try:
                await compare(db, later, vault, how.source, report)
            finally:
                later.terminate()
    return report.finish()


async def request(db: Db, by: str, at: datetime, saved: Mapping[int, str], facts: bool) -> str:
    """Put a verification into the queue; returns its id."""
    id = new_id()
    await db.execute(
        "INSERT INTO verifications (id, requested_by, requested_at, with_facts, saved)"
        " VALUES ($1, $2, $3, $4, $5)",
        id,
        by,
        at,
        facts,
        orjson.dumps({str(size): root for size, root in saved.items()}).decode(),
    )
    return id


async def run_verifications(runtime: Runtime) -> None:
    """One after the other; one that was interrupted begins again."""
    while True:
        row = await runtime.worker_pool.fetchrow(
            "SELECT * FROM verifications WHERE finished_at IS NULL ORDER BY requested_at LIMIT 1"
        )
        if row:
            await run_one(runtime, row)
        else:
            await asyncio.sleep(0.5)


async def run_one(runtime: Runtime, row: Any) -> None:
    pool = runtime.worker_pool
    await pool.execute("UPDATE verifications SET started_at = now() WHERE id = $1", row["id"])

    async def progress(done: int, total: int) -> None:
        if done % 5000 < 500:
            await pool.execute(
                "UPDATE verifications SET done = $2, total = $3 WHERE id = $1",
                row["id"],
                done,
                total,
            )

    saved = {int(size): root for size, root in orjson.loads(row["saved"]).items()}
    for own in await pool.fetch("SELECT size, root FROM saved_roots"):
        saved.setdefault(own["size"], own["root"].hex())
    source = from_peers(runtime.peers) if row["with_facts"] else None
    how = How(saved, source, AuditSettings(), runtime.settings.data)
    vault = vault_of(runtime.settings)
    report = await verify(runtime.settings.worker_dsn, vault, how, progress)
    await pool.execute(
        "UPDATE verifications SET finished_at = $2, done = $3, total = $3, report = $4 WHERE id = $1",
        row["id"],
        datetime.now(UTC),
        report.checked,
        orjson.dumps(report.wire()).decode(),
    )
