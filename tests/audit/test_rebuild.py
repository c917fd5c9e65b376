"""Audit's own streams, told in every way: the rows made again from facts are the rows there are."""

from datetime import UTC, datetime

from services.audit.aggregates import ACCESS, ERASURE
from services.audit.domain.access import ReadContent
from services.audit.domain.erasure import DecideErasure, RequestErasure
from services.audit.main import SERVICE
from shared.store import Context
from tests.audit.story import BUREAU, CITY
from tests.kernel import Running

ASKED = datetime(2026, 11, 23, 4, tzinfo=UTC)


async def told(audit: Running, erasure: str, *, approved: bool | None) -> None:
    """A request, and what came of it: None while nobody has decided."""
    ask = RequestErasure(
        subject_id=f"f-{erasure}", categories=("feedback",), basis="PIPL_47_3",
        reason_hash="t1:ab", by="p-inspector",
    )  # fmt: skip
    commands: list[RequestErasure | DecideErasure] = [ask]
    if approved is not None:
        commands.append(DecideErasure(approve=approved, by="p-chief", office=CITY))
    facts = audit.runtime.facts
    for command in commands:
        async with facts.transaction() as db:
            context = Context(BUREAU, command.by, ASKED, "c-1")
            await facts.execute_in(db, ERASURE, erasure, command, context)


async def test_rebuilt_tables_equal_the_live_ones(audit: Running) -> None:
    await told(audit, "1", approved=True)
    await told(audit, "2", approved=False)
    await told(audit, "3", approved=None)
    facts = audit.runtime.facts
    async with facts.transaction() as db:
        read = ReadContent(by="p-inspector", way="TIMELINE", about="item-1", entries=3)
        await facts.execute_in(db, ACCESS, "1", read, Context(BUREAU, "p-inspector", ASKED, "c-2"))
    live = await audit.tables()
    assert all(live[name] for name in SERVICE.read_tables)
    assert await audit.rebuild() == len(await audit.sent())
    assert await audit.tables() == live
