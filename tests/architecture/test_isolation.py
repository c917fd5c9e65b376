"""Row-level security on every table of every service: found in the database's own catalogue, so that
a table somebody adds tomorrow is either protected, or out of reach, or written down below."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from shared.db import scoped
from shared.runtime import Service
from tests.architecture.services import EVERY
from tests.conftest import TestPostgres
from tests.kernel import Running, running

OWN, FOREIGN = "linjiang-sfj", ("linjiang-mzj", "linjiang", "elsewhere")
# What every request may read whatever its agencies, and why: the kernel's tables, and each service's.
KERNEL = {
    "directory_agencies": "names of agencies are public",
    "directory_organs": "names of organs are public",
    "directory_grants": "who holds which post; read before the agencies of a request are known",
    "reference": "rules and calendars are public",
}
OPEN = {
    "publisher": {"portal_items": "what the public website shows"},
    "feedback": {
        "public_subjects": "which items the public may comment on: they are published",
        "buckets": "rate limits, by address: no agency",
    },
    "audit": {
        "board_progress": "how far the live board has counted",
        "board_recounts": "when it was recounted, and by how much it had drifted",
    },
}
TABLES = """
SELECT c.oid::regclass::text AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
       has_table_privilege('gongkai_app', c.oid, 'SELECT') AS readable,
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency') AS owned
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1
"""
COLUMNS = """
SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
  AND attidentity = '' AND attgenerated = '' ORDER BY attnum
"""
# A value of each type, different for each number.
VALUES = {
    "text": "'v' || {n}", "integer": "{n}", "bigint": "{n}", "boolean": "true", "bytea": "'v{n}'",
    "date": "date '2026-01-01' + {n}", "timestamp with time zone": "now() + interval '{n} s'",
    "json": "'{{}}'", "jsonb": "'{{}}'", "double precision": "{n}", "uuid": "gen_random_uuid()",
    "tsvector": "''",
}  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A running service each of whose tables has one row of every agency."""

    run: Running
    tables: tuple[Any, ...]

    @property
    def written_down(self) -> set[str]:
        return KERNEL.keys() | OPEN.get(self.run.service.name, {}).keys()

    @property
    def protected(self) -> list[str]:
        return [
            t["name"] for t in self.tables if t["readable"] and t["name"] not in self.written_down
        ]


def value(column: Any, n: int, agency: str) -> str:
    if column["name"] == "agency":
        return f"'{agency}'"
    return "'{}'" if column["type"].endswith("[]") else VALUES[column["type"]].format(n=n)


async def fill(db: Any, tables: list[Any]) -> None:
    """One row of each agency in each table that knows agencies, whatever rules the table has."""
    await db.execute("SET session_replication_role = replica")
    for check in await db.fetch(
        "SELECT conrelid::regclass::text AS t, conname AS c FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid <> 0 AND connamespace = 'public'::regnamespace"
    ):
        await db.execute(f'ALTER TABLE {check["t"]} DROP CONSTRAINT "{check["c"]}"')
    for table in tables:
        columns = await db.fetch(COLUMNS, table["name"])
        names = ", ".join(column["name"] for column in columns)
        for n, agency in enumerate((OWN, *FOREIGN), start=1):
            row = ", ".join(value(column, n, agency) for column in columns)
            await db.execute(f"INSERT INTO {table['name']} ({names}) VALUES ({row})")


@pytest.fixture(params=EVERY, ids=lambda service: service.name)
async def filled(request: pytest.FixtureRequest, postgres: TestPostgres) -> AsyncIterator[Filled]:
    service: Service = request.param
    async with running(service, postgres) as run:
        db = await asyncpg.connect(postgres.dsn(run.settings.owner_dsn.rpartition("/")[2]))
        try:
            tables = await db.fetch(TABLES)
            await fill(db, [table for table in tables if table["owned"]])
        finally:
            await db.close()
        yield Filled(run, tuple(tables))


async def test_every_table_is_protected_out_of_reach_or_written_down(filled: Filled):
    assert len(filled.tables) > 10
    open_tables = {
        t["name"] for t in filled.tables if t["readable"] and not (t["owned"] and t["forced"])
    }
    assert open_tables == filled.written_down


async def test_with_all_filters_removed_no_row_of_a_foreign_agency_is_seen(filled: Filled):
    for table in filled.protected:
        async with scoped(filled.run.runtime.app_pool, [OWN], write=False) as db:
            seen = {row["agency"] for row in await db.fetch(f"SELECT * FROM {table}")}
            assert seen == {OWN}, table
            for foreign in FOREIGN:
                question = f"SELECT count(*) FROM {table} WHERE agency = $1"
                assert await db.fetchval(question, foreign) == 0, (table, foreign)


async def test_a_request_without_agencies_sees_no_row(filled: Filled):
    for table in filled.protected:
        async with scoped(filled.run.runtime.app_pool, [], write=False) as db:
            assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        bare = await filled.run.runtime.app_pool.fetchval(f"SELECT count(*) FROM {table}")
        assert bare == 0, f"{table}: a forgotten scope shows rows"


async def test_no_row_of_a_foreign_agency_can_be_changed_taken_or_given_away(filled: Filled):
    for table in filled.protected:
        for change in (
            f"UPDATE {table} SET agency = '{OWN}' WHERE agency <> '{OWN}'",
            f"DELETE FROM {table} WHERE agency <> '{OWN}'",
            f"UPDATE {table} SET agency = '{FOREIGN[0]}' WHERE agency = '{OWN}'",
        ):
            try:
                async with scoped(filled.run.runtime.app_pool, [OWN], write=True) as db:
                    assert await db.execute(change) in ("UPDATE 0", "DELETE 0"), change
            except (asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError):
                continue


async def test_the_owner_is_no_way_around(filled: Filled):
    """Forced: not even the role that owns the tables, whose password only migrations have."""
    db = await asyncpg.connect(filled.run.settings.owner_dsn)
    try:
        for table in filled.protected:
            assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    finally:
        await db.close()


async def test_no_function_and_no_role_is_a_way_around(filled: Filled):
    assert not await filled.run.sql(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    roles = await filled.run.sql(
        "SELECT rolname FROM pg_roles WHERE rolname ~ '_(app|worker|owner)$'"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
    )
    assert [row["rolname"] for row in roles] == []
