"""The state of the ledger in one look: taken in, shown, witnessed, in trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Db
from shared.events import Json

ALARM = 60  # minutes without a quorum after which it is an alarm


@dataclass(frozen=True)
class Status:
    """`unwitnessed`: minutes without a quorum, None while there is one. `trouble`: why nothing is signed."""

    size: int
    root: str
    published: int
    published_at: datetime | None
    quorum: bool
    unwitnessed: int | None
    trouble: str
    witnesses: Sequence[Any]
    findings: int

    @property
    def alarm(self) -> bool:
        return bool(self.trouble) or (self.unwitnessed or 0) >= ALARM

    def wire(self) -> Json:
        return {
            "size": self.size, "root": self.root, "publishedSize": self.published,
            "publishedAt": self.published_at, "quorum": self.quorum,
            "unwitnessedMinutes": self.unwitnessed, "trouble": self.trouble or None,
            "alarm": self.alarm, "openFindings": self.findings,
            "witnesses": [
                {"name": w["name"], "size": w["size"], "seenAt": w["seen_at"], "fault": w["fault"] or None}
                for w in self.witnesses
            ],
        }  # fmt: skip


async def read(db: Db, now: datetime) -> Status:
    head = await db.fetchrow("SELECT size, root FROM ledger_head")
    shown = await db.fetchrow("SELECT * FROM ledger_published")
    since = shown["unwitnessed_since"]
    return Status(
        size=head["size"], root=head["root"].hex(), published=shown["size"],
        published_at=shown["at"], quorum=shown["quorum"],
        unwitnessed=int((now - since).total_seconds() // 60) if since else None,
        trouble=shown["trouble"],
        witnesses=await db.fetch("SELECT * FROM ledger_witness ORDER BY name"),
        findings=await db.fetchval("SELECT count(*) FROM ledger_finding WHERE closed_at IS NULL"),
    )  # fmt: skip
