"""What does not fit: gaps in streams, facts a service says it has, conflicts, unreadable records.

Each is a finding (疑点) that is closed when it fits again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import structlog

from services.audit.domain.entry import CONFLICT, QUARANTINE
from services.audit.domain.gaps import missing
from services.audit.domain.index import content
from services.audit.intake import Addition
from shared.db import Db

log = structlog.get_logger()

FOUND = (
    "INSERT INTO ledger_finding (id, kind, service, subject, first, last, idx)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING"
)
SHORT = """
WITH due AS (
    SELECT DISTINCT ON (service) service, position, count FROM ledger_watermark
    WHERE NOT met AND heard_at < now() - make_interval(secs => $1)
    ORDER BY service, position DESC
), base AS (
    SELECT DISTINCT ON (service) service, position, count FROM ledger_watermark
    WHERE met ORDER BY service, position DESC
)
SELECT due.service, due.position, due.count, coalesce(base.count, 0) + (
    SELECT count(*) FROM ledger_event e WHERE e.service = due.service
    AND e.position > coalesce(base.position, 0) AND e.position <= due.position) AS have
FROM due LEFT JOIN base USING (service)
"""


async def versions(db: Db, additions: Sequence[Addition]) -> dict[str, int]:
    """The highest version of each stream before these are added."""
    streams = {a.entry.stream for a in additions if a.entry.is_event}
    rows = await db.fetch(
        "SELECT stream, (SELECT e.version FROM ledger_event e WHERE e.stream = s.stream"
        " ORDER BY e.version DESC LIMIT 1) AS version FROM unnest($1::text[]) AS s (stream)",
        list(streams),
    )
    return {row["stream"]: row["version"] or 0 for row in rows}


async def record(db: Db, start: int, additions: Sequence[Addition], known: dict[str, int]) -> None:
    """Findings and watermarks of a batch, in the transaction that appends it."""
    arrived: defaultdict[str, list[int]] = defaultdict(list)
    service: dict[str, str] = {}
    for idx, addition in enumerate(additions, start):
        entry = addition.entry
        if entry.type in (CONFLICT, QUARANTINE):
            await _odd(db, idx, addition)
        if not entry.is_event:
            continue
        arrived[entry.stream].append(entry.version)
        service[entry.stream] = entry.service
        if entry.type == f"{entry.service}.watermark-stated.v1":
            await _watermark(db, addition)
    for stream, some in arrived.items():
        for first, last in missing(known[stream], some):
            log.error("versions missing", stream=stream, first=first, last=last)
            name = f"gap/{stream}/{first}-{last}"
            await db.execute(FOUND, name, "gap", service[stream], stream, first, last, None)
    late = [stream for stream, some in arrived.items() if min(some) <= known[stream]]
    if late:
        await _close_gaps(db, late)


async def _odd(db: Db, idx: int, addition: Addition) -> None:
    entry = addition.entry
    kind = entry.type.split(".")[1]
    log.error("odd record", kind=kind, id=entry.id, reason=addition.reason)
    name = f"{kind}/{entry.id}"
    await db.execute(
        FOUND, name, kind, entry.service, entry.stream, entry.version, entry.version, idx
    )
    if kind == "quarantine":
        await db.execute(
            'INSERT INTO ledger_quarantine (idx, topic, part, "offset", generation, reason)'
            " VALUES ($1, $2, $3, $4, $5, $6)",
            idx,
            *entry.source,
            addition.reason,
        )


async def _watermark(db: Db, addition: Addition) -> None:
    data = content(addition.entry.framed)
    position, count = data.get("position"), data.get("count")
    if isinstance(position, int) and isinstance(count, int):
        await db.execute(
            "INSERT INTO ledger_watermark (service, position, count) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            addition.entry.service,
            position,
            count,
        )


async def _close_gaps(db: Db, streams: Sequence[str]) -> None:
    await db.execute(
        "UPDATE ledger_finding f SET closed_at = now() WHERE kind = 'gap' AND closed_at IS NULL"
        " AND subject = ANY($1) AND last - first + 1 = (SELECT count(*) FROM ledger_event e"
        " WHERE e.stream = f.subject AND e.position IS NOT NULL"
        " AND e.version BETWEEN f.first AND f.last)",
        streams,
    )


async def check_watermarks(db: Db, patience: float) -> list[str]:
    """Compare what services say they hold with what the ledger has, `patience` seconds later.

    Returns the services for which facts turned out missing just now.
    """
    newly = []
    async with db.transaction():
        for row in await db.fetch(SHORT, patience):
            if row["have"] == row["count"]:
                await _met(db, row["service"], row["position"])
            elif await _unmet(db, row["service"], row["position"], row["count"], row["have"]):
                newly.append(row["service"])
    return newly


async def _met(db: Db, service: str, position: int) -> None:
    await db.execute(
        "DELETE FROM ledger_watermark WHERE service = $1 AND position < $2", service, position
    )
    await db.execute(
        "UPDATE ledger_watermark SET met = true WHERE service = $1 AND position = $2",
        service,
        position,
    )
    await db.execute(
        "UPDATE ledger_finding SET closed_at = now() WHERE service = $1 AND closed_at IS NULL"
        " AND kind IN ('omission', 'surplus') AND last <= $2",
        service,
        position,
    )


async def _unmet(db: Db, service: str, position: int, count: int, have: int) -> bool:
    kind = "omission" if have < count else "surplus"
    open_already = await db.fetchval(
        "SELECT 1 FROM ledger_finding WHERE service = $1 AND kind = $2 AND closed_at IS NULL",
        service,
        kind,
    )
    if open_already:
        return False
    log.error("facts do not add up", service=service, said=count, have=have, position=position)
    name = f"{kind}/{service}/{position}"
    subject = f"{service}: {count} / {have}"
    await db.execute(FOUND, name, kind, service, subject, position, position, None)
    return kind == "omission"
