"""SQL → frozen rows, for the JSON routes and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from services.approval.domain.chain import Step
from services.approval.domain.review import review_key
from services.approval.domain.submission import Submission
from shared.db import Db
from shared.directory import Grant


@dataclass(frozen=True)
class ReviewRow:
    """A review as pages and lists see it. `due_on` is a legal day; instants are UTC."""

    key: str
    agency: str
    item_id: str
    revision: int
    version: int
    opened_version: int
    status: str
    step: int
    steps: tuple[Step, ...]
    roles: tuple[str, ...]
    people: tuple[str, ...]
    submission: Submission
    manifest_hash: str
    due_on: date | None
    provisional: bool
    opened_at: datetime
    closed_at: datetime | None

    @property
    def pending(self) -> bool:
        return self.status == "PENDING"

    @property
    def waiting(self) -> Step | None:
        return self.steps[self.step] if self.pending else None

    @property
    def href(self) -> str:
        return f"/approval/reviews/{self.item_id}/{self.revision}"


@dataclass(frozen=True)
class DecisionRow:
    """One decision, of this round or an earlier one."""

    version: int
    step: str
    person: str
    role: str
    position: str
    outcome: str
    ground: str | None
    text_hash: str | None
    at: datetime


@dataclass(frozen=True)
class WithheldRow:
    """One line of the withheld register."""

    withheld_id: str
    agency: str
    item_id: str
    revision: int
    neutral_title_hash: str
    ground: str
    mode: str
    reason_hash: str | None
    registered_on: date
    review_by: date
    review_due: bool
    registered_at: datetime


def _review(row: Any) -> ReviewRow:
    data = dict(row) | {
        "steps": tuple(Step.model_validate(step) for step in orjson.loads(row["steps"])),
        "submission": Submission.model_validate_json(row["submission"]),
        "roles": tuple(row["roles"]),
        "people": tuple(row["people"]),
    }
    return ReviewRow(**data)


async def review(db: Db, item_id: str, revision: int) -> ReviewRow | None:
    row = await db.fetchrow("SELECT * FROM reviews WHERE key = $1", review_key(item_id, revision))
    return _review(row) if row else None


async def previous(db: Db, item_id: str, revision: int) -> ReviewRow | None:
    """The latest earlier revision that was submitted."""
    row = await db.fetchrow(
        "SELECT * FROM reviews WHERE item_id = $1 AND revision < $2 ORDER BY revision DESC LIMIT 1",
        item_id,
        revision,
    )
    return _review(row) if row else None


async def waiting_for(
    db: Db, person: str, grants: Sequence[Grant], limit: int = 100
) -> tuple[ReviewRow, ...]:
    """Reviews whose waiting step this person may decide, the earliest deadline first."""
    rows = await db.fetch(
        "SELECT r.* FROM reviews r WHERE r.status = 'PENDING' AND NOT $1 = ANY (r.people)"
        " AND EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS g (agency, role)"
        " WHERE g.agency = r.agency AND g.role = ANY (r.roles))"
        " ORDER BY r.due_on NULLS LAST, r.opened_at LIMIT $4",
        person,
        [grant.agency for grant in grants],
        [grant.role for grant in grants],
        limit,
    )
    return tuple(_review(row) for row in rows)


async def recent(db: Db, agencies: Sequence[str], limit: int = 30) -> tuple[ReviewRow, ...]:
    """Reviews of these agencies, those still going on first."""
    rows = await db.fetch(
        "SELECT * FROM reviews WHERE agency = ANY ($1)"
        " ORDER BY (status = 'PENDING') DESC, coalesce(closed_at, opened_at) DESC LIMIT $2",
        list(agencies),
        limit,
    )
    return tuple(_review(row) for row in rows)


async def decisions(db: Db, key: str) -> tuple[DecisionRow, ...]:
    rows = await db.fetch(
        "SELECT version, step, person, role, position, outcome, ground, text_hash, at"
        " FROM review_decisions WHERE key = $1 ORDER BY version",
        key,
    )
    return tuple(DecisionRow(**row) for row in rows)


async def withheld(
    db: Db, agencies: Sequence[str], *, due_only: bool = False, limit: int = 200
) -> tuple[WithheldRow, ...]:
    """The register of these agencies, what must be looked at first on top."""
    rows = await db.fetch(
        "SELECT * FROM withheld_items WHERE agency = ANY ($1) AND (review_due OR NOT $2)"
        " ORDER BY review_due DESC, review_by, withheld_id LIMIT $3",
        list(agencies),
        due_only,
        limit,
    )
    return tuple(WithheldRow(**row) for row in rows)
