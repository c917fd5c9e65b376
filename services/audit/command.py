"""`python -m services.audit verify | save-root | board`: what audit can do besides the kernel's commands."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from services.audit import leader
from services.audit.compare import from_peers
from services.audit.domain.entry import FREEZE
from services.audit.domain.report import Report
from services.audit.publishing import carried
from services.audit.settings import AuditSettings
from services.audit.vault import vault_of
from services.audit.verification import How, NoRoot, read_root, verify, write_root
from shared.db import CONNECTION_ERRORS
from shared.errors import DomainError
from shared.peers import Peers
from shared.settings import Settings

COMMANDS = ("verify", "save-root", "close", "board", "ledger", "ask-witness", "take-line")


def run(arguments: list[str]) -> int:
    """Exit code: 0 only when something was checked and nothing differs."""
    settings = Settings()
    if arguments[0] == "board":
        from services.audit import board  # Faust patches the event loop: only in its own process

        board.run(settings)
        return 0
    if arguments[0] == "ledger":
        leader.run(settings)
        return 0
    given = _parser().parse_args(arguments)
    if given.command == "save-root":
        return _save(given.file, asyncio.run(_head(settings)))
    if given.command == "close":
        return asyncio.run(_close(settings, given.yes))
    if given.command in ("ask-witness", "take-line"):
        return asyncio.run(_carried(settings, given))
    try:
        saved = dict(read_root(file.read_bytes()) for file in given.root)
    except (OSError, NoRoot) as problem:
        sys.stdout.write(f"无法读取保存的根：{problem}\n")
        return 2
    try:
        report = asyncio.run(_verify(settings, saved, facts=given.facts, leaves=given.leaves))
    except CONNECTION_ERRORS as away:
        sys.stdout.write(f"连接不上数据库，没有核验：{away}\n")
        return 2
    sys.stdout.write("\n".join(report.lines(datetime.now(UTC))) + "\n")
    return 0 if report.sound else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.audit")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="重新计算整个台账，并与平台之外记得的存档点比对")
    check.add_argument(
        "--root", type=Path, action="append", default=[], help="事先保存的根或存档点"
    )
    check.add_argument("--facts", action="store_true", help="并与各服务的事实逐条比对")
    check.add_argument("--leaves", action="store_true", help="只核对条目、校验树与各处的根（快）")
    commands.add_parser("save-root", help="保存当前的根").add_argument("file", type=Path)
    close = commands.add_parser("close", help="封存整个台账：写入最后一条，此后不再入账")
    close.add_argument("--yes", action="store_true", required=True, help="封存不可撤销")
    ask = commands.add_parser("ask-witness", help="为隔离网络中的见证方生成请求文件")
    ask.add_argument("name", help="信任策略中的名称")
    ask.add_argument("file", type=Path)
    ask.add_argument("--old", type=int, help="见证方所记得的条数（它拒绝时会说明）")
    take = commands.add_parser("take-line", help="录入带回的见证签名")
    take.add_argument("file", type=Path)
    return parser


async def _verify(
    settings: Settings, saved: dict[int, str], *, facts: bool, leaves: bool
) -> Report:
    peers = Peers("audit", settings)
    source = from_peers(peers) if facts else None
    how = How(saved, source, AuditSettings(), settings.data, leaves)
    try:
        return await verify(settings.worker_dsn, vault_of(settings), how)
    finally:
        await peers.close()


async def _close(settings: Settings, yes: bool) -> int:
    """Order the last entry; whoever leads writes it within a second."""
    db = await asyncpg.connect(settings.worker_dsn)
    try:
        await db.execute(
            "INSERT INTO ledger_order (id, type, said) VALUES ('freeze-1', $1, '{}')"
            " ON CONFLICT (id) DO NOTHING",
            FREEZE,
        )
    finally:
        await db.close()
    sys.stdout.write("已下达封存：最后一条写入并见证后，台账不再入账\n")
    return 0 if yes else 2


async def _carried(settings: Settings, given: argparse.Namespace) -> int:
    """A request to be carried to a witness, or the line that was carried back."""
    policy = leader.policy_of(AuditSettings())
    if policy is None:
        sys.stdout.write("没有配置信任策略（GONGKAI_AUDIT_WITNESSES）\n")
        return 2
    db = await asyncpg.connect(settings.worker_dsn)
    try:
        if given.command == "ask-witness":
            given.file.write_bytes(await carried.request(db, policy, given.name, given.old))
            sys.stdout.write(
                f"请求已写入 {given.file}，请带到见证方处执行 python -m witness sign\n"
            )
        else:
            name, size, quorum = await carried.accept(db, policy, given.file.read_bytes())
            reached = "已达见证法定数" if quorum else "尚未达到见证法定数"
            sys.stdout.write(f"已录入「{name}」对前 {size} 条的见证，{reached}\n")
    except DomainError as refusal:
        sys.stdout.write(f"{refusal.detail}\n")
        return 1
    finally:
        await db.close()
    return 0


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
