"""Evidence of a day and of any range: every leaf of it, so that none is left out; on request the records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

import orjson

from services.audit import proofs, tiles
from services.audit.evidence import sealed
from services.audit.evidence.archive import Files, Stream, hash_lines
from services.audit.evidence.collect import Collected, begun
from services.audit.proofs import NotYetWitnessed
from services.audit.vault import Vault
from shared.db import Db
from shared.errors import Invalid, NotFound
from tlog.note import parse_note

MOST = 200_000  # leaves of one evidence
MOST_RECORDS = 50_000
PAGE = 2_000
LEAVES = """
SELECT string_agg(substr(int4send(octet_length(leaf)), 3) || leaf, '' ORDER BY idx)
FROM ledger_leaf WHERE idx >= $1 AND idx < $2
"""
SEALED = """
SELECT l.idx, l.leaf, p.subject, p.sealed FROM ledger_leaf l LEFT JOIN ledger_payload p USING (idx)
WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx
"""
UNTIL = "SELECT * FROM ledger_anchor WHERE day = $1"
FROM = "SELECT * FROM ledger_anchor WHERE day < $1 ORDER BY day DESC LIMIT 1"


class BadRange(Invalid):
    text = "请给出起止序号：起小于止，不超过已见证的条数，且每次不超过可导出的条数"


class NoAnchor(NotFound):
    text = "该日还没有封存公告：当日没有达到见证法定数的存档点，或公告尚未生成"


async def range_of(
    db: Db, vault: Vault, first: int, end: int, *, content: bool, since: Iterable[int] = ()
) -> Files:
    """Entries `first` to `end` − 1. Raises BadRange, NotYetWitnessed, Unproved."""
    collected = await begun(db, vault, since)
    await _fill(collected, first, end, content=content)
    return collected.claims("range", first=first, end=end)


async def day_of(
    db: Db, vault: Vault, day: date, *, content: bool, since: Iterable[int] = ()
) -> Files:
    """From the anchor of the day before to the one of this day. Raises NoAnchor, BadRange, Unproved."""
    first, end = await ends_of(db, day)
    until, before = await db.fetchrow(UNTIL, day), await db.fetchrow(FROM, day)
    collected = await begun(db, vault, since)
    for anchor in (before, until):
        if anchor and anchor["size"] != collected.tree.size:
            await collected.further(anchor["size"], parse_note(anchor["note"]))
    if end == collected.tree.size:
        collected.note = parse_note(until["note"])
    await _fill(collected, first, end, content=content)
    return collected.claims("day", first=first, end=end, day=day.isoformat())


async def ends_of(db: Db, day: date) -> tuple[int, int]:
    """First entry of the day, and the one after its last. Raises NoAnchor."""
    until, before = await db.fetchrow(UNTIL, day), await db.fetchrow(FROM, day)
    if until is None:
        raise NoAnchor
    return before["size"] if before else 0, until["size"]


async def _fill(collected: Collected, first: int, end: int, *, content: bool) -> None:
    db, size = collected.db, collected.tree.size
    if end > size and 0 <= first < end:
        raise NotYetWitnessed(retryAfter=2)
    if not 0 <= first < end or end - first > (MOST_RECORDS if content else MOST):
        raise BadRange(field="end")
    if end < size:
        await collected.consistent(end)
    files = collected.files
    try:
        files["edge"] = hash_lines(await tiles.edge(db, first))
    except tiles.NoTile as missing:
        raise proofs.failed(f"edge of {first}: {missing} is missing") from missing
    files["leaves.bin"] = _leaves(db, first, end)
    if content:
        await _erasures(collected, first, end)
        files["records.bin"] = _records(db, collected.vault, first, end)


async def _erasures(collected: Collected, first: int, end: int) -> None:
    """Entries outside the range that explain what is gone inside it."""
    erased = await sealed.erasures(collected.db, collected.vault)
    needed = set[int]()
    async for row in _rows(collected.db, first, end):
        index = erased.get(orjson.loads(row["leaf"])["ref"], -1)
        if index >= end:
            needed.add(index)
    await collected.entries(sorted(needed))


def _leaves(db: Db, first: int, end: int) -> Stream:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(first, end, PAGE):
            yield await db.fetchval(LEAVES, start, min(start + PAGE, end))

    return stream


def _records(db: Db, vault: Vault, first: int, end: int) -> Stream:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(first, end, PAGE):
            rows = await db.fetch(SEALED, start, min(start + PAGE, end))
            found = await sealed.opened_rows(db, vault, rows)
            yield b"".join(_sized(found[row["idx"]]) for row in rows)

    return stream


def _sized(one: sealed.Opened | None) -> bytes:
    data = one.salt + one.record if one else b""
    return len(data).to_bytes(4, "big") + data


async def _rows(db: Db, first: int, end: int) -> AsyncIterator[Any]:
    for start in range(first, end, PAGE):
        for row in await db.fetch(
            "SELECT idx, leaf FROM ledger_leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx",
            start,
            min(start + PAGE, end),
        ):
            yield row
