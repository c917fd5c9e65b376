"""`python -m services.audit verify | save-root | board`: what audit can do besides the kernel's commands."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from services.audit.compare import from_peers
from services.audit.domain.report import Report
from services.audit.vault import Vault
from services.audit.verification import NoRoot, read_root, verify, write_root
from shared.peers import Peers
from shared.settings import Settings

COMMANDS = ("verify", "save-root", "board")


def run(arguments: list[str]) -> int:
    """Exit code: 0 only when something was checked and nothing differs."""
    settings = Settings()
    if arguments[0] == "board":
        from services.audit import board  # Faust patches the event loop: only in its own process

        board.run(settings)
        return 0
    given = _parser().parse_args(arguments)
    if given.command == "save-root":
        return _save(given.file, asyncio.run(_head(settings)))
    try:
        saved = dict(read_root(file.read_bytes()) for file in given.root)
    except (OSError, NoRoot) as problem:
        sys.stdout.write(f"无法读取保存的根：{problem}\n")
        return 2
    report = asyncio.run(_verify(settings, saved, facts=given.facts))
    sys.stdout.write("\n".join(report.lines(datetime.now(UTC))) + "\n")
    return 0 if report.sound else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.audit")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="重新计算整个台账")
    check.add_argument("--root", type=Path, action="append", default=[], help="事先保存的根")
    check.add_argument("--facts", action="store_true", help="并与各服务的事实逐条比对")
    commands.add_parser("save-root", help="保存当前的根").add_argument("file", type=Path)
    return parser


async def _verify(settings: Settings, saved: dict[int, str], *, facts: bool) -> Report:
    peers = Peers("audit", settings)
    vault = Vault(bytes.fromhex(settings.text_key.get_secret_value()))
    try:
        source = from_peers(peers) if facts else None
        return await verify(settings.worker_dsn, vault, saved, source)
    finally:
        await peers.close()


async def _head(settings: Settings) -> tuple[int, bytes]:
    db = await asyncpg.connect(settings.worker_dsn)
    try:
        head = await db.fetchrow("SELECT size, root FROM ledger_head")
        return head["size"], head["root"]
    finally:
        await db.close()


def _save(file: Path, head: tuple[int, bytes]) -> int:
    size, root = head
    if not size:
        sys.stdout.write("台账中没有任何记录，没有可保存的根\n")
        return 1
    file.write_bytes(write_root(size, root, datetime.now(UTC)))
    sys.stdout.write(f"已保存前 {size} 条的根：{root.hex()}\n")
    return 0
