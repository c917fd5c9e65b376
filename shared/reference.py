"""Copies of the rules: policy sets and calendar years, as catalog published them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import orjson

from shared.db import Db
from shared.envelope import Message
from shared.errors import NotReady
from shared.events import Json
from shared.facts import Statement
from shared.inbox import Handler
from shared.workdays import Calendar, CalendarYear

NATIONAL = "national"


@dataclass(frozen=True)
class PolicyRow:
    """A policy set as data; each service parses the parts it needs."""

    agency: str
    version: str
    data: Json

    def category_name(self, category: str) -> str:
        """The name of `CODE@SCHEME`; the code itself when the set does not name it."""
        code, _, scheme = category.partition("@")
        named = self.data.get("categorySchemes", {}).get(scheme, {}).get("categories", ())
        return next((str(one["name"]) for one in named if one.get("code") == code), category)


async def policy(db: Db, agency: str, on: date) -> PolicyRow:
    """The set in force on a legal day: the agency's own, else the national one.

    Raises NotReady when neither has arrived.
    """
    row = await db.fetchrow(
        "SELECT agency, version, data FROM reference WHERE kind = 'policy' AND agency = ANY($1)"
        " AND effective_from <= $2 ORDER BY (agency = $3), effective_from DESC, version DESC LIMIT 1",
        [agency, NATIONAL],
        on,
        NATIONAL,
    )
    if row is None:
        raise NotReady(f"no policy set for {agency} on {on}")
    return PolicyRow(row["agency"], row["version"], orjson.loads(row["data"]))


async def policy_version(db: Db, agency: str, version: str) -> PolicyRow:
    """The set an item was determined under. Raises NotReady when it has not arrived."""
    data = await db.fetchval(
        "SELECT data FROM reference WHERE kind = 'policy' AND agency = $1 AND version = $2",
        agency,
        version,
    )
    if data is None:
        raise NotReady(f"policy {agency} {version} is not here yet")
    return PolicyRow(agency, version, orjson.loads(data))


async def calendar(db: Db) -> Calendar:
    """All years known; of a year published twice, the latest version."""
    rows = await db.fetch(
        "SELECT data FROM reference WHERE kind = 'calendar' ORDER BY agency, effective_from"
    )
    return Calendar.of(CalendarYear.model_validate_json(row["data"]) for row in rows)


def policy_activated(data: Json) -> Iterable[Statement]:
    yield _kept("policy", data["agency"], data["version"], data["effectiveFrom"], data["policy"])


def calendar_published(data: Json) -> Iterable[Statement]:
    year = str(data["year"])
    yield _kept("calendar", year, year, f"{year}-01-01", data["calendar"])


def _kept(kind: str, agency: str, version: str, effective: str, data: Json) -> Statement:
    return Statement(
        "INSERT INTO reference (kind, agency, version, effective_from, data)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, agency, version) DO UPDATE"
        " SET data = excluded.data, effective_from = excluded.effective_from",
        kind,
        agency,
        version,
        date.fromisoformat(effective),
        orjson.dumps(data).decode(),
    )


COPIED = {
    "catalog.policy-set-activated.v1": policy_activated,
    "catalog.calendar-published.v1": calendar_published,
}


def handlers() -> Mapping[str, Handler]:
    """Keep the copy in every service but catalog."""

    async def copy(db: Db, message: Message) -> None:
        for statement in COPIED[message.type](message.data):
            await db.execute(statement.sql, *statement.args)

    return dict.fromkeys(COPIED, copy)
