"""The directory copy: agencies in their tree, organs, and who holds which role. Catalog owns it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shared.db import Db
from shared.envelope import Message
from shared.errors import NotFound
from shared.events import Json
from shared.facts import Statement
from shared.inbox import Handler


@dataclass(frozen=True)
class Agency:
    agency: str
    name: str
    parent: str | None
    code: str
    kind: str


@dataclass(frozen=True)
class Organ:
    organ: str
    agency: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True)
class Grant:
    """A role held in an agency, by position in an organ."""

    person: str
    agency: str
    organ: str
    position: str
    role: str


GRANT = "SELECT person, agency, organ, position, role FROM directory_grants"
VALID = " AND since <= $2 AND (until IS NULL OR until >= $2)"


async def agency(db: Db, id: str) -> Agency:
    row = await db.fetchrow("SELECT * FROM directory_agencies WHERE agency = $1", id)
    if row is None:
        raise NotFound("没有这个机构")
    return Agency(**row)


async def agencies(db: Db) -> tuple[Agency, ...]:
    return tuple(
        Agency(**r) for r in await db.fetch("SELECT * FROM directory_agencies ORDER BY agency")
    )


async def organs(db: Db, agency: str) -> tuple[Organ, ...]:
    rows = await db.fetch("SELECT * FROM directory_organs WHERE agency = $1 ORDER BY organ", agency)
    return tuple(Organ(**row) for row in rows)


async def subtree(db: Db, id: str) -> tuple[str, ...]:
    """The agency and all below it."""
    rows = await db.fetch(
        "WITH RECURSIVE below AS (SELECT $1::text AS agency UNION"
        " SELECT d.agency FROM directory_agencies d JOIN below b ON d.parent = b.agency)"
        " SELECT agency FROM below ORDER BY agency",
        id,
    )
    return tuple(row["agency"] for row in rows)


async def grants(db: Db, person: str, on: date) -> tuple[Grant, ...]:
    """What a person holds on a legal day (Asia/Shanghai)."""
    rows = await db.fetch(
        f"{GRANT} WHERE person = $1{VALID} ORDER BY since, organ, role", person, on
    )
    return tuple(Grant(**row) for row in rows)


async def holders(db: Db, agency: str, role: str, on: date) -> tuple[Grant, ...]:
    """Who holds a role in an agency on a legal day."""
    rows = await db.fetch(
        f"{GRANT} WHERE agency = $1{VALID} AND role = $3 ORDER BY person", agency, on, role
    )
    return tuple(Grant(**row) for row in rows)


def agency_registered(data: Json) -> Iterable[Statement]:
    yield Statement(
        "INSERT INTO directory_agencies (agency, name, parent, code, kind)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (agency) DO UPDATE SET name = excluded.name,"
        " parent = excluded.parent, code = excluded.code, kind = excluded.kind",
        data["agencyId"],
        data["name"],
        data.get("parentId"),
        data["code"],
        data["kind"],
    )


def organ_established(data: Json) -> Iterable[Statement]:
    yield Statement(
        "INSERT INTO directory_organs (organ, agency, name, kind, parent)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organ) DO UPDATE SET name = excluded.name,"
        " kind = excluded.kind, parent = excluded.parent",
        data["organId"],
        data["agencyId"],
        data["name"],
        data["kind"],
        data.get("parentId"),
    )


def holder_changed(data: Json) -> Iterable[Statement]:
    """Roles of one person in one organ and position: replaced as a whole."""
    yield Statement(
        "DELETE FROM directory_grants WHERE person = $1 AND organ = $2 AND position = $3",
        data["personId"],
        data["organId"],
        data["position"],
    )
    until = data.get("until")
    for role in data["roles"]:
        yield Statement(
            "INSERT INTO directory_grants (person, agency, organ, position, role, since, until)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            data["personId"],
            data["agencyId"],
            data["organId"],
            data["position"],
            role,
            date.fromisoformat(data["since"]),
            date.fromisoformat(until) if until else None,
        )


COPIED = {
    "catalog.agency-registered.v1": agency_registered,
    "catalog.organ-established.v1": organ_established,
    "catalog.office-holder-changed.v1": holder_changed,
}


def handlers() -> Mapping[str, Handler]:
    """Keep the copy in every service but catalog."""

    async def copy(db: Db, message: Message) -> None:
        for statement in COPIED[message.type](message.data):
            await db.execute(statement.sql, *statement.args)

    return dict.fromkeys(COPIED, copy)
