"""What one agency sees of another: nothing. What facts and messages hold of what was typed: nothing."""

from __future__ import annotations

from typing import Any

from shared.db import scoped
from tests.catalog.conftest import World
from tests.catalog.story import ITEM, MZJ, SFJ, TOP, form

TABLES = (
    "events", "items", "item_revisions", "item_history", "people", "manifests", "parts", "imports",
    "texts", "timers", "uploads",
)  # fmt: skip
MARKER = "标记甲乙丙"


async def everything(world: World) -> None:
    """A row of the justice bureau in every table."""
    await world.ok(
        "p-chen", "POST", f"/items/import?agency={SFJ}", files={"file": ("一.txt", b"abc def")}
    )
    sent = await world.ok(
        "p-chen", "POST", f"/files?agency={SFJ}", files={"file": ("二.pdf", b"%PDF-")}
    )
    await world.draft(files=[sent])


async def test_with_our_own_filters_removed_a_foreign_agency_sees_no_row(world: World):
    await everything(world)
    for table in TABLES:
        async with scoped(world.run.runtime.app_pool, [SFJ], write=False) as db:
            assert await db.fetchval(f"SELECT count(*) FROM {table}"), table
        async with scoped(world.run.runtime.app_pool, [MZJ, TOP], write=False) as db:
            seen = await db.fetch(f"SELECT * FROM {table} WHERE agency = $1", SFJ)
            assert not seen, table
        async with scoped(world.run.runtime.app_pool, [], write=False) as db:
            assert not await db.fetchval(f"SELECT count(*) FROM {table}"), table


async def test_another_bureaus_item_is_not_found_not_changed_not_submitted(world: World):
    await world.draft()
    await world.refused(404, "p-tang", "GET", f"/items/{ITEM}")
    await world.refused(404, "p-tang", "POST", f"/items/{ITEM}/submit", json={})
    await world.refused(404, "p-tang", "POST", f"/items/{ITEM}/withdraw", json={})
    await world.refused(403, "p-tang", "PUT", f"/items/{ITEM}?expected=1", json=form())
    own = form(agency=MZJ, disclosingBody="o-mzj-office", duty={})
    await world.refused(404, "p-tang", "PUT", f"/items/{ITEM}?expected=1", json=own)
    await world.refused(409, "p-tang", "PUT", f"/items/{ITEM}", json=own)


async def test_the_supervisor_of_the_superior_reads_but_does_not_write(world: World):
    await world.draft()
    assert (await world.item(who="p-he"))["title"]
    await world.refused(403, "p-he", "PUT", f"/items/{ITEM}?expected=1", json=form())
    await world.refused(403, "p-he", "POST", f"/items/{ITEM}/submit", json={})


async def test_a_file_of_another_bureau_cannot_be_named(world: World):
    files = {"file": ("二.pdf", b"%PDF-")}
    sent = await world.ok("p-tang", "POST", f"/files?agency={MZJ}", files=files)
    problem = await world.refused(422, "p-chen", "PUT", f"/items/{ITEM}", json=form(files=[sent]))
    assert problem["field"] == "files"


def marked(value: Any) -> Any:
    """The marker appended to every text a person types; ids, codes and dates are chosen, not typed."""
    typed = (
        "title",
        "docNo",
        "body",
        "legalBasis",
        "groundReason",
        "offCatalogReason",
        "task",
        "name",
    )
    if isinstance(value, dict):
        return {k: MARKER if k in typed else marked(v) for k, v in value.items()}
    return [marked(v) for v in value] if isinstance(value, list) else value


async def test_nothing_typed_is_found_in_facts_or_messages(world: World):
    files = {"file": (f"{MARKER}.pdf", b"%PDF-")}
    sent = await world.ok("p-chen", "POST", f"/files?agency={SFJ}", files=files)
    typed = marked(form(groundReason="甲", offCatalogReason="乙")) | {"files": [sent]}
    await world.ok("p-chen", "PUT", f"/items/{ITEM}", json=typed)
    await world.ok("p-chen", "PUT", f"/items/{ITEM}?expected=1", json=typed | {"body": MARKER * 2})
    await world.submit()
    document = {"file": (f"{MARKER}.txt", f"{MARKER}的通知\n{MARKER}".encode())}
    await world.ok("p-chen", "POST", f"/items/import?agency={SFJ}", files=document)
    body = {"agencyId": SFJ, "name": MARKER}
    await world.ok("p-admin", "PUT", "/people/p-new", json=body)
    rows = await world.run.sql("SELECT data::text AS data, message FROM events")
    assert rows
    for row in rows:
        assert MARKER not in row["data"]
        assert MARKER not in row["message"].decode()


async def test_text_typed_where_a_code_belongs_is_refused_before_it_becomes_a_fact(world: World):
    wrong = (
        {"stage": MARKER}, {"documentKind": MARKER}, {"topicTags": [MARKER]}, {"kind": MARKER},
        {"disclosingBody": MARKER}, {"category": MARKER}, {"durationClass": MARKER}, {"ground": MARKER},
        {"relations": [{"type": MARKER, "itemId": ITEM}]}, {"relations": [{"type": "X", "itemId": MARKER}]},
        {"rings": [{"scope": "PUBLIC", "audience": [MARKER], "channels": ["WEBSITE"]}]},
        {"duty": {"leader": MARKER}}, {"duty": {"leadOrgan": MARKER}}, {"duty": {"responsible": MARKER}},
    )  # fmt: skip
    for changes in wrong:
        await world.refused(422, "p-chen", "PUT", f"/items/{ITEM}", json=form(**changes))
    assert await world.types() == []
