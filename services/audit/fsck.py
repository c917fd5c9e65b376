"""Verification: all recomputed from the raw leaves. Shares with the writer only `domain/`, core and keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import asyncpg

from services.audit.domain.continuity import Continuity
from services.audit.domain.day import said_of
from services.audit.domain.entry import DAY, ERASURE
from services.audit.domain.index import content
from services.audit.domain.report import Report
from services.audit.examine import Examiner
from services.audit.memories import published
from services.audit.regrow import Regrown, Remembered
from services.audit.vault import Unsealable, Vault, unseal
from services.audit.walk import Progress, Walk, no_progress
from shared.db import Db
from shared.envelope import Unreadable
from shared.events import Json
from tlog.policy import Policy

OWN = (
    "SELECT e.idx, e.id, p.subject, p.sealed FROM ledger_event e JOIN ledger_payload p USING (idx)"
    " WHERE e.type = $1 ORDER BY e.idx"
)
FINDINGS = {
    "omission": "应有与实有的事实数不符，有缺失（{subject}）",
    "surplus": "台账中有该服务未申报的事实（{subject}）",
    "conflict": "{subject} 第 {first} 版出现过两种不同内容（台账第 {idx} 条）",
    "lost": "消息队列 {subject} 的第 {first} 至 {last} 条在读取前已被删除",
    "fork": "{subject}",
    "behind": "{subject}",
}


@asynccontextmanager
async def snapshot(dsn: str) -> AsyncIterator[Db]:
    """The ledger as it is at one moment, however long the reading takes."""
    db = await asyncpg.connect(dsn, server_settings={"jit": "off", "timezone": "UTC"})
    try:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            yield db
    finally:
        db.terminate()


async def check(
    db: Db,
    vault: Vault,
    saved: Mapping[int, str],
    progress: Progress = no_progress,
    outside: Iterable[Remembered] = (),
    policy: Policy | None = None,
) -> Report:
    """Recompute the ledger seen by `db`. `saved`: size → root (hex) kept elsewhere; `outside`: the same,
    with words for where; `policy` names the keys that published notes are signed with."""
    report = await _begun(db)
    examiner = Examiner(vault, await _erased(db, vault))
    shown, wrong = await published(db, policy)
    for text in wrong:
        report.differs(text)
    tree = Regrown(db, report, await remembered(db, saved, [*shown, *outside]))
    walk = Walk(db, report, tree, examiner)
    await walk.rows(progress)
    _ended(report, tree)
    for text in walk.streams.gaps():
        report.differs(text)
    await _days(db, vault, report, walk.streams)
    await _findings(db, report)
    if examiner.forgotten:
        report.notices.append(f"有 {examiner.forgotten} 条的内容已依法销毁，条目仍可证明")
    return report


async def check_leaves(
    db: Db,
    saved: Mapping[int, str],
    progress: Progress = no_progress,
    outside: Iterable[Remembered] = (),
) -> Report:
    """The fast half: leaves, tiles and every remembered root, without opening a record."""
    report = await _begun(db)
    shown, _ = await published(db, None)
    tree = Regrown(db, report, await remembered(db, saved, [*shown, *outside]))
    await Walk(db, report, tree, None).rows(progress)
    _ended(report, tree)
    return report


async def remembered(
    db: Db, saved: Mapping[int, str], outside: Iterable[Remembered]
) -> dict[int, list[Remembered]]:
    """Every root kept anywhere, by size: the ledger's own notes of heads, and what others kept."""
    rows = await db.fetch("SELECT size, root FROM ledger_checkpoint")
    found: defaultdict[int, list[Remembered]] = defaultdict(list)
    for row in rows:
        found[row["size"]].append(Remembered(row["size"], row["root"], "存档点记录"))
    for one in (*(Remembered(n, bytes.fromhex(root)) for n, root in saved.items()), *outside):
        found[one.size].append(one)
    return found


async def _begun(db: Db) -> Report:
    head = await db.fetchrow("SELECT size, root FROM ledger_head")
    report = Report(head["size"], head["root"].hex()) if head else Report()
    if not head:
        report.differs("台账头缺失")
    return report


def _ended(report: Report, tree: Regrown) -> None:
    if tree.size != report.size:
        report.differs(f"台账头记载 {report.size} 条，实有 {tree.size} 条")
    if tree.root().hex() != report.root:
        report.differs("重新计算的根与台账头记载的不同")


async def _erased(db: Db, vault: Vault) -> dict[str, int]:
    """By handle, the entry that records the erasure of its key."""
    found: dict[str, int] = {}
    for index, said in (await _own(db, vault, ERASURE)).items():
        found |= dict.fromkeys(said.get("handles", ()), index)
    return found


async def _own(db: Db, vault: Vault, type: str) -> dict[int, Json]:
    """What the log said in its entries of one type; what does not open is left out (and reported)."""
    found = {}
    for row in await db.fetch(OWN, type):
        try:
            dek = (await vault.known(db, [row["subject"]])).get(row["subject"])
            if dek:
                found[row["idx"]] = content(unseal(dek, row["id"], row["sealed"]))
        except (Unsealable, Unreadable):
            continue
    return found


async def _days(db: Db, vault: Vault, report: Report, streams: Continuity) -> None:
    """Each closed day, counted again."""
    said = await _own(db, vault, DAY)
    first = 0
    for index, counted in streams.days.items():
        told = said.get(index, {})
        if {**told, "day": ""} != {**said_of("", first, counted), "day": ""}:
            report.differs(f"第 {index} 条（{told.get('day', '日期不明')} 日结）与重新统计的不符")
        first = index


async def _findings(db: Db, report: Report) -> None:
    for row in await db.fetch("SELECT * FROM ledger_finding WHERE closed_at IS NULL ORDER BY id"):
        if text := FINDINGS.get(row["kind"]):
            report.differs(f"「{row['service']}」{text.format(**row)}")
    odd = await db.fetchval("SELECT count(*) FROM ledger_quarantine")
    if odd:
        report.notices.append(f"有 {odd} 条无法识别的消息，已原样封存并入账")
