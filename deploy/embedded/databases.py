"""Makes roles and one database per service, each open to its own roles only."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import asyncpg

SERVICES = ("catalog", "approval", "publisher", "feedback", "audit")
KINDS = ("owner", "app", "worker")
ROLES_SQL = Path(__file__).parents[1] / "postgres-init.sql"


def passwords(secret: str) -> dict[str, str]:
    """A password for each login role `<service>_<kind>`, derived from one secret (128+ bits)."""
    return {
        f"{service}_{kind}": _derived(secret, f"{service}_{kind}")
        for service in SERVICES
        for kind in KINDS
    }


async def create_roles(admin_dsn: str, secrets: Mapping[str, str]) -> None:
    """Make the roles or give them these passwords; safe to repeat and to race."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        setting = json.dumps(dict(secrets))
        await connection.execute("SELECT set_config('gongkai.passwords', $1, false)", setting)
        await connection.execute(ROLES_SQL.read_text("utf-8"))
    finally:
        await connection.close()


async def create_database(
    admin_dsn: str, name: str, service: str, template: str | None = None
) -> None:
    """Make database `name` of `<service>_owner`, if absent; other services may not connect.

    `template` is a database to copy, with everything in it.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            copied = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
            await connection.execute(f'CREATE DATABASE "{name}" OWNER "{service}_owner"{copied}')
        roles = ", ".join(f'"{service}_{kind}"' for kind in KINDS)
        await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await connection.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO {roles}')
    finally:
        await connection.close()


async def create_all(admin_dsn: str, secrets: Mapping[str, str]) -> None:
    """Roles, and `gongkai_<service>` for each service."""
    await create_roles(admin_dsn, secrets)
    for service in SERVICES:
        await create_database(admin_dsn, f"gongkai_{service}", service)


def dsn(host: str, port: int, database: str, role: str, secret: str) -> str:
    """A DSN with its password quoted."""
    return f"postgresql://{role}:{quote(secret, safe='')}@{host}:{port}/{database}"


def _derived(secret: str, role: str) -> str:
    return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()
