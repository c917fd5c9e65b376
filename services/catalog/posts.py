"""In which post a person drafts: roles held in an organ of an agency."""

from __future__ import annotations

from services.catalog.queries import ItemRow
from shared import directory
from shared.caller import Asking
from shared.db import Db
from shared.directory import Grant
from shared.workdays import legal_day

DRAFTERS = ("DRAFTER", "SECTION_HEAD", "DISCLOSURE_OFFICE")


def drafting_agencies(caller: Asking) -> list[str]:
    """Where the person may draft."""
    return sorted({grant.agency for grant in caller.grants if grant.role in DRAFTERS})


def drafting_post(caller: Asking, agency: str, disclosing_body: str) -> Grant:
    """The post in which the person drafts: one in the disclosing body first. Raises NotYours."""
    first = caller.require(agency, *DRAFTERS)
    held = (g for g in caller.grants if g.role in DRAFTERS and g.agency == agency)
    return next((grant for grant in held if grant.organ == disclosing_body), first)


def own_organ(caller: Asking, agency: str) -> str:
    """The organ in which the person drafts for the agency; empty without such a post."""
    organs = (g.organ for g in caller.grants if g.role in DRAFTERS and g.agency == agency)
    return next(organs, "")


async def may_take_over(caller: Asking, db: Db, row: ItemRow) -> bool:
    """Whether the person drafts for the item's agency and its drafter no longer does."""
    return row.agency in drafting_agencies(caller) and await drafter_left(caller, db, row)


async def drafter_left(caller: Asking, db: Db, row: ItemRow) -> bool:
    """Whether the drafter no longer drafts for the item's agency: then another drafter goes on."""
    grants = await directory.grants(db, row.drafter, legal_day(caller.now))
    return not any(grant.agency == row.agency and grant.role in DRAFTERS for grant in grants)
