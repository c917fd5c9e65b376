"""Who of the staff may see what, of the rows that row-level security has let through."""

from __future__ import annotations

from services.publisher import queries
from services.publisher.domain.errors import NoSuchPublication
from services.publisher.queries import PublicationRow
from shared.caller import OVERSEEING, Asking
from shared.db import Db

RELEASERS = ("DISCLOSURE_OFFICE",)
OPERATORS = ("DISCLOSURE_OFFICE", "CHANNEL_OPERATOR")
# Those whose work it is see inside matters as well; everybody else only what citizens will see.
INSIDERS = frozenset(
    {
        "DISCLOSURE_OFFICE", "CHANNEL_OPERATOR", "SECRECY_REVIEWER", "DEPUTY_LEADER",
        "PRINCIPAL_LEADER",
    }
)  # fmt: skip


def may_see(caller: Asking, row: PublicationRow) -> bool:
    """Oversight reads everything below it."""
    if row.goes_public or caller.is_service:
        return True
    return any(
        grant.role in OVERSEEING or (grant.role in INSIDERS and grant.agency == row.agency)
        for grant in caller.grants
    )


def operates(caller: Asking, agency: str) -> bool:
    """Whether the agency's channels are the caller's work, or under the caller's oversight."""
    return any(
        grant.role in OVERSEEING or (grant.role in OPERATORS and grant.agency == agency)
        for grant in caller.grants
    )


async def seen(caller: Asking, db: Db, item_id: str) -> PublicationRow:
    """Raises NoSuchPublication, also for what the caller may not see."""
    row = await queries.publication(db, item_id)
    if not may_see(caller, row):
        raise NoSuchPublication
    return row
