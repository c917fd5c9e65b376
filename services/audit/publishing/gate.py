"""Before the first entry is appended and the first signature asked for: does the outside agree with us?

A database can come back older than the world knows it (a lagging copy, a restored backup), or changed.
Going on would make a second history, so nothing does: lost entries are put back as they were, or all stops.
"""

from __future__ import annotations

import structlog

from services.audit.log import Ledger
from services.audit.publishing.agreement import Forked, check, compare, witnessed
from services.audit.publishing.outside import Ahead, Refused
from services.audit.publishing.publish import NEWEST, TROUBLE, Publisher, stopped
from services.audit.publishing.repair import Records, repair
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.note import Unsigned
from tlog.text import Malformed

log = structlog.get_logger()
CLOSED = "UPDATE ledger_finding SET closed_at = now() WHERE kind IN ('fork', 'behind') AND closed_at IS NULL"
EXPORTED = "已导出的存档点"


async def passed(ledger: Ledger, publisher: Publisher, records: Records) -> None:
    """Return when the database is as far as anybody outside remembers.

    Raises Forked, Ahead, Unrepaired, Refused.
    """
    try:
        await _agreed(ledger, publisher, records)
    except Forked as fork:
        await stopped(ledger.db, "fork", str(fork))
        raise
    await ledger.db.execute(CLOSED)
    await ledger.db.execute(TROUBLE, "")


async def _agreed(ledger: Ledger, publisher: Publisher, records: Records) -> None:
    try:
        kept = await everywhere(publisher)
    except Refused:
        await ledger.db.execute(TROUBLE, "签名器与见证方均没有应答，暂不入账、不签名")
        raise
    if newest := await ledger.db.fetchrow(NEWEST):
        await check(ledger.db, Checkpoint(publisher.outside.origin, *newest))
    try:
        await compare(ledger.db, kept)
    except Ahead as loss:
        log.error("the database has lost entries", reason=str(loss))
        await stopped(ledger.db, "behind", str(loss))
        await repair(ledger, publisher, max(kept.values(), key=lambda one: one.size), records)
        await compare(ledger.db, kept)
        log.warning("lost entries were put back", size=ledger.size)


async def everywhere(publisher: Publisher) -> dict[str, Checkpoint]:
    """What is remembered outside the database: by the exported files, the signer, each witness.

    Raises Refused when nobody can be asked: then this may be a database that has lost its end.
    """
    outside = publisher.outside
    kept = await witnessed(outside)
    if note := publisher.export.checkpoint():
        try:
            kept[EXPORTED] = checkpoint_of(outside.own(note))
        except (Malformed, Unsigned) as error:
            raise Forked(f"{EXPORTED}被改动过，或不是本台账签发的") from error
    try:
        if signed := await outside.signer_remembers():
            kept["签名器"] = signed
    except Refused:
        if not kept:
            raise
    return kept
