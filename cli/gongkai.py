"""`gongkai import FOLDER --agency A`: documents of a folder become drafts, over HTTP only."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

READABLE = (".txt", ".docx", ".pdf")
NAMES = {
    "title": "标题", "docNo": "文号", "disclosingBody": "发文机关", "issuingBody": "发文机关",
    "formedOn": "成文日期", "eventOn": "事项日期", "body": "正文",
}  # fmt: skip
ENOUGH = 10 * 1024 * 1024 + 1  # bytes; the platform refuses what is longer, in its own words
COLOURS = {"已导入": "green", "已有": "yellow", "略过": "yellow", "失败": "red"}
TRIES, PAUSE = 6, 1.0  # while the service is starting or busy; seconds


class Stopped(Exception):
    """The command cannot go on; the text says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `state`: 已导入 (new), 已有 (known), 略过 (no document), 失败."""

    file: str
    state: str
    title: str = ""
    note: str = ""

    @property
    def failed(self) -> bool:
        return self.state == "失败"


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit 0 when every file is a draft, 1 when one failed, 2 when nothing could begin."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        folder = Path(options.folder)
        files = documents(folder)
        with httpx.Client(base_url=options.url, timeout=60, trust_env=False) as http:
            token = signed_in(http, options.person or _asked("用户名："), _password)
            outcomes = import_all(http, token, options.agency, folder, files)
    except Stopped as problem:
        console.print(f"[red]{escape(str(problem))}[/]", highlight=False)
        sys.exit(2)
    console.print(table(outcomes))
    failed = sum(outcome.failed for outcome in outcomes)
    console.print(f"{_counted(outcomes)}。草稿见 {options.url}/catalog/items")
    sys.exit(1 if failed else 0)


def _counted(outcomes: Sequence[Outcome]) -> str:
    """共 3 个文件：已导入 2 个，失败 1 个."""
    counts = Counter(outcome.state for outcome in outcomes)
    parts = [f"{state} {counts[state]} 个" for state in COLOURS if counts[state]]
    return f"共 {len(outcomes)} 个文件：{'，'.join(parts)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongkai", description="公开平台命令行")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    into = commands.add_parser("import", help="把文件夹中的文件导入为草稿")
    into.add_argument("folder", metavar="文件夹", help=f"支持 {' '.join(READABLE)}")
    into.add_argument("--agency", required=True, help="机构编号")
    into.add_argument(
        "--url", default=os.environ.get("GONGKAI_URL", "http://127.0.0.1:8080"), help="平台地址"
    )
    into.add_argument(
        "--as", dest="person", default=os.environ.get("GONGKAI_USER", ""), help="用户名"
    )
    return parser


def _asked(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        raise Stopped("没有用户名：请用 --as 或环境变量 GONGKAI_USER 给出") from None


def _password() -> str:
    """From GONGKAI_PASSWORD, else typed."""
    if "GONGKAI_PASSWORD" in os.environ:
        return os.environ["GONGKAI_PASSWORD"]
    try:
        return getpass("密码：")
    except EOFError:
        raise Stopped("没有密码：请在终端输入，或设置环境变量 GONGKAI_PASSWORD") from None


def documents(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders, in name order; hidden ones left out. Raises Stopped."""
    if not folder.is_dir():
        raise Stopped(f"没有这个文件夹：{folder}")
    found = sorted(
        path for path in folder.rglob("*") if path.is_file() and not _hidden(path, folder)
    )
    if not any(_readable(path) for path in found):
        raise Stopped(f"{folder} 中没有 {' '.join(READABLE)} 文件")
    return found


def _readable(path: Path) -> bool:
    return path.suffix.lower() in READABLE


def _hidden(path: Path, folder: Path) -> bool:
    """Also the lock files that office programs leave behind (`~$…`)."""
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)


def signed_in(http: httpx.Client, person: str, password: Callable[[], str]) -> str:
    """A token for the person. Raises Stopped."""
    form = {"grant_type": "password", "username": person, "password": password()}
    try:
        answer = http.post("/signin/token", data=form)
    except httpx.HTTPError as error:
        raise Stopped(f"连接不上 {http.base_url}：平台是否已启动？（{error!r}）") from error
    if answer.status_code != 200:
        raise Stopped(f"登录失败：{_text(answer)}")
    return str(answer.json()["access_token"])


def import_all(
    http: httpx.Client, token: str, agency: str, folder: Path, files: Iterable[Path]
) -> list[Outcome]:
    """One after the other; a file that fails does not keep the others from being imported."""
    return [
        _import(http, token, agency, path, str(path.relative_to(folder)))
        if _readable(path)
        else Outcome(str(path.relative_to(folder)), "略过", note=f"只导入 {' '.join(READABLE)}")
        for path in files
    ]


def _import(http: httpx.Client, token: str, agency: str, path: Path, shown: str) -> Outcome:
    try:
        with path.open("rb") as file:
            data = file.read(ENOUGH)
        answer = _sent(http, token, agency, path.name, data)
    except (OSError, httpx.HTTPError) as error:
        return Outcome(shown, "失败", note=f"读取或传送失败：{error!r}")
    if answer.status_code >= 400:
        return Outcome(shown, "失败", note=_text(answer))
    done = answer.json()
    if done["already"]:
        return Outcome(shown, "已有", note="此文件已导入过，没有重复建立草稿")
    notes = list(done.get("notes") or ())
    if done["missing"]:
        notes.append("待补充：" + "、".join(NAMES.get(n, n) for n in done["missing"]))
    return Outcome(shown, "已导入", done.get("title") or "（未识别标题）", "；".join(notes))


def _sent(http: httpx.Client, token: str, agency: str, name: str, data: bytes) -> httpx.Response:
    """Asked again while the service is away: importing the same file twice makes one draft."""
    for attempt in range(TRIES):
        answer = http.post(
            "/catalog/api/v1/items/import",
            params={"agency": agency},
            files={"file": (name, data)},
            headers={"Authorization": f"Bearer {token}"},
        )
        if answer.status_code not in (429, 502, 503, 504):
            break
        time.sleep(PAUSE * (attempt + 1))
    return answer


def _text(answer: httpx.Response) -> str:
    """The refusal in the platform's own words."""
    try:
        problem = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    for name in ("detail", "error_description", "title"):
        if problem.get(name):
            return str(problem[name])
    return f"HTTP {answer.status_code}"


def table(outcomes: Sequence[Outcome]) -> Table:
    """The report, one line a file."""
    shown = Table("文件", "结果", "标题", "说明", title="导入结果")
    for outcome in outcomes:
        state = f"[{COLOURS[outcome.state]}]{outcome.state}[/]"
        shown.add_row(escape(outcome.file), state, escape(outcome.title), escape(outcome.note))
    return shown
