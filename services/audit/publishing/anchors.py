"""The day's last note with a quorum (每日存档点), kept for good and shown as file and as printed notice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from services.audit.publishing.export import Export
from services.audit.publishing.notice import Notice, notice_pdf
from shared import directory
from shared.db import Db, Pool
from shared.workdays import legal_day
from tlog.policy import Policy

log = structlog.get_logger()
AFTER_MIDNIGHT = timedelta(minutes=5)  # witnesses' clocks may be behind ours
EVERY = 60.0  # seconds
MISSING = """
INSERT INTO ledger_anchor (day, size, note)
SELECT DISTINCT ON (day) day, size, note FROM (
    SELECT (coalesce(seen_until, at) AT TIME ZONE 'Asia/Shanghai')::date AS day, size, note, at
    FROM ledger_note WHERE quorum) AS n
WHERE day < $1 AND day > coalesce((SELECT max(day) FROM ledger_anchor), 'epoch')
ORDER BY day, size DESC, at DESC
RETURNING day
"""
ANCHOR = """
SELECT a.*, b.day AS before_day, b.size AS before_size, b.note AS before_note FROM ledger_anchor a
LEFT JOIN LATERAL (SELECT * FROM ledger_anchor b WHERE b.day < a.day ORDER BY day DESC LIMIT 1) b ON true
WHERE a.day = $1
"""
COUNTS = """
SELECT agency, count(*) AS n FROM ledger_event WHERE idx >= $1 AND idx < $2 GROUP BY 1 ORDER BY 2 DESC, 1
"""


async def make(db: Db, now: datetime) -> Sequence[date]:
    """Keep the last note of each day that is over; returns the days."""
    rows = await db.fetch(MISSING, legal_day(now - AFTER_MIDNIGHT))
    return [row["day"] for row in rows]


async def notice_of(
    db: Db, day: date, policy: Policy, policy_file: bytes, url: str
) -> Notice | None:
    """What is printed for a day; None without an anchor. `url` is the public address of the log."""
    anchor: Any = await db.fetchrow(ANCHOR, day)
    if anchor is None:
        return None
    names = {one.agency: one.name for one in await directory.agencies(db)}
    counts = await db.fetch(COUNTS, anchor["before_size"] or 0, anchor["size"])
    return Notice(
        day=day,
        note=anchor["note"].decode(),
        before=anchor["before_note"].decode() if anchor["before_note"] else None,
        before_day=anchor["before_day"],
        counts=tuple((names.get(row["agency"], "台账自身"), row["n"]) for row in counts),
        policy=policy,
        url=url,
        fingerprint=sha256(policy_file).hexdigest(),
    )


async def shown(
    db: Db, export: Export, day: date, policy: Policy, policy_file: bytes, url: str
) -> None:
    """The day's anchor beside the log, as text and as a notice to print."""
    notice = await notice_of(db, day, policy, policy_file, url)
    if notice:
        await export.file(f"anchors/{day.isoformat()}.txt", notice.note.encode())
        printed = await asyncio.to_thread(notice_pdf, notice)
        await export.file(f"anchors/{day.isoformat()}.pdf", printed)


async def run_anchors(
    pool: Pool, export: Export, policy: Policy, policy_file: bytes, url: str
) -> None:
    """For ever, each finished day once."""
    while True:
        async with pool.acquire() as db:
            for day in await make(db, datetime.now(UTC)):
                await shown(db, export, day, policy, policy_file, url)
                log.info("anchor", day=str(day))
        await asyncio.sleep(EVERY)
