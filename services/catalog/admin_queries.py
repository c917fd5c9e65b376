"""What the administration pages show: across agencies, so read by the worker role after asking who may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from shared import directory
from shared.caller import Asking
from shared.db import Db
from shared.errors import NotFound

PEOPLE = """
SELECT g.person, g.agency, g.organ, o.name AS organ_name, g.position, min(g.since) AS since,
    array_agg(g.role ORDER BY g.role) AS roles, t.body AS name
FROM directory_grants g LEFT JOIN directory_organs o ON o.organ = g.organ
LEFT JOIN people p ON p.person = g.person LEFT JOIN texts t ON t.address = p.name_address
WHERE g.agency = ANY($1) AND g.since <= $2 AND (g.until IS NULL OR g.until >= $2)
GROUP BY g.person, g.agency, g.organ, o.name, g.position, t.body ORDER BY g.agency, g.organ, g.person
"""


async def overview(db: Db, caller: Asking) -> dict[str, Any]:
    """Agencies (superior first), their organs and office holders of today; which may be changed."""
    on = caller.now.date()
    own: set[str] = set()
    for grant in caller.grants:
        if grant.role == "ADMINISTRATOR":
            own.update(await directory.subtree(db, grant.agency))
    seen = own | set(caller.agencies)
    agencies = [a for a in await directory.agencies(db) if a.agency in seen]
    rules = await db.fetch(
        "SELECT agency, max(version) AS v FROM reference WHERE kind = 'policy' GROUP BY agency"
    )
    return {
        "agencies": sorted(agencies, key=lambda a: (a.parent is not None, a.parent or "", a.agency)),
        "names": {a.agency: a.name for a in agencies},
        "organs": {a.agency: await directory.organs(db, a.agency) for a in agencies},
        "people": await db.fetch(PEOPLE, [a.agency for a in agencies], on),
        "own": own,
        "rules": {row["agency"]: row["v"] for row in rules},
    }  # fmt: skip


async def organs(db: Db, agency: str) -> tuple[tuple[directory.Organ, ...], directory.Agency]:
    """Raises NotFound for an unknown agency."""
    return await directory.organs(db, agency), await directory.agency(db, agency)


async def known(caller: Asking, person: str) -> bool:
    async with caller.facts.transaction() as db:
        return bool(await db.fetchval("SELECT 1 FROM people WHERE person = $1", person))


async def post(db: Db, wanted: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The appointment as it is, ended the day before `today`. Raises NotFound."""
    row = await db.fetchrow(
        "SELECT min(since) AS since, array_agg(role ORDER BY role) AS roles FROM directory_grants"
        " WHERE person = $1 AND agency = $2 AND organ = $3 AND position = $4 HAVING count(*) > 0",
        *(str(wanted.get(name, "")) for name in ("person", "agencyId", "organId", "position")),
    )
    if row is None:
        raise NotFound("没有这项任职，可能已经结束")
    return {
        "agencyId": wanted["agencyId"], "organId": wanted["organId"], "position": wanted["position"],
        "roles": row["roles"], "since": row["since"],
        "until": max(row["since"], today - timedelta(days=1)),
    }  # fmt: skip
