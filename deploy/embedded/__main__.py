"""`python -m deploy.embedded up | demo | down | status`."""

import os
import signal
import subprocess
import sys
import time
from secrets import token_urlsafe

from rich.console import Console
from rich.table import Table

from deploy.artifacts import prefetch
from deploy.downloads import ArtifactError
from deploy.embedded.household import ROOT, Household, data_folder, open_household
from deploy.embedded.platform import Platform
from deploy.embedded.processes import StartError
from deploy.embedded.programs import FIRST, caller_environment, exists
from deploy.embedded.records import SUPERVISOR, AlreadyRunning, Records, memory_mb
from deploy.embedded.supervisor import Stopped, Supervisor, stoppable
from deploy.signin.accounts import account, read_accounts, write_accounts

console = Console(highlight=False, soft_wrap=True)


def up(*, demo: bool) -> int:
    """Start everything and look after it until Ctrl-C or SIGTERM."""
    data = data_folder()
    records = Records(data / "run")
    try:
        with records.held(), stoppable():
            return _run(records, demo=demo)
    except AlreadyRunning:
        console.print(f"平台已在运行（数据目录 {data}）。停止请用 make down。")
        return 1
    except Stopped:
        return 0


def _run(records: Records, *, demo: bool) -> int:
    prefetch()
    records.end_leftovers()
    home = open_household(data_folder())
    _first_account(home, demo=demo)
    supervisor = Supervisor(records, console.print, os.getpid())
    try:
        console.print(f"正在启动，数据目录 {home.data}，日志 {home.logs}")
        Platform(home, supervisor, console.print).start()
        if demo:
            _tell_story(home)
        _announce(home)
        supervisor.run()
    except (StartError, ArtifactError) as problem:
        console.print(f"[bold red]启动失败[/]：{problem}", markup=True)
        return 1
    finally:
        supervisor.stop()
        console.print("已全部停止。")
    return 0


def _first_account(home: Household, *, demo: bool) -> None:
    """An empty platform needs somebody who can sign in; the demo brings its own accounts."""
    path = home.data / "signin/accounts.json"
    if demo or path.exists():
        return
    password = token_urlsafe(9)
    write_accounts(path, [account(FIRST, FIRST, "系统管理员", password)], demo=False)
    console.print(f"首个账号：用户名 {FIRST}，密码 {password}（只显示这一次，请妥善保存）")


def _tell_story(home: Household) -> None:
    """Once per data folder, by a program that talks to the services as anybody would."""
    mark = home.run / "demo-told"
    if mark.exists() or not exists("deploy/demo"):
        return
    console.print("正在载入演示内容……")
    environment = os.environ | caller_environment(home, "catalog")
    code = subprocess.run(
        [sys.executable, "-m", "deploy.demo"], env=environment, cwd=ROOT, check=False
    ).returncode
    if code:
        raise StartError(f"演示内容载入失败（退出码 {code}）")
    mark.touch()


def _announce(home: Household) -> None:
    console.print(f"\n[bold green]公开平台已启动[/]：[bold]{home.public_url}/[/]")
    console.print(f"工作台：{home.public_url}/work")
    accounts = read_accounts(home.data / "signin/accounts.json")
    if accounts.demo:
        table = Table("用户名", "密码", "姓名", "职务", title="演示账号")
        for one in accounts.by_login.values():
            table.add_row(one.login, one.shown, one.name, one.title)
        console.print(table)
    console.print("按 Ctrl-C 停止。")


def down() -> int:
    """End the platform of this data folder, and whatever an earlier one left."""
    records = Records(data_folder() / "run")
    supervisor = records.read().get(SUPERVISOR)
    if supervisor is None or not supervisor.alive():
        left = records.end_leftovers()
        console.print(f"已结束遗留进程：{'、'.join(left)}" if left else "平台没有在运行。")
        return 0
    supervisor.signal(signal.SIGTERM)
    deadline = time.monotonic() + 15
    while supervisor.alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    supervisor.signal(signal.SIGKILL)
    records.end_leftovers()
    console.print("平台已停止。")
    return 0


def status() -> int:
    """One line per process; exit code 3 when nothing runs."""
    rows = Records(data_folder() / "run").read()
    alive = {name: row for name, row in rows.items() if row.alive()}
    if not alive:
        console.print("平台没有在运行。")
        return 3
    table = Table("进程", "进程号", "状态", "内存 MB")
    memory = {name: memory_mb(row.pid) for name, row in alive.items() if name != SUPERVISOR}
    for name, row in rows.items():
        used = memory.get(name)
        state = "运行" if name in alive else "已退出"
        table.add_row(name, str(row.pid), state, f"{used:.0f}" if used else "")
    console.print(table)
    console.print(f"合计内存 {sum(filter(None, memory.values())):.0f} MB（不含监管进程）")
    return 0


def main() -> int:
    """Exit code."""
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    commands = {
        "up": lambda: up(demo=False),
        "demo": lambda: up(demo=True),
        "down": down,
        "status": status,
    }
    if command not in commands:
        console.print(f"用法：python -m deploy.embedded {' | '.join(commands)}")
        return 2
    return commands[command]()


if __name__ == "__main__":
    sys.exit(main())
