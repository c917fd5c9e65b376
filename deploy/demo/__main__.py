"""`python -m deploy.demo --url ORIGIN --data FOLDER`: tell the story to a running platform.

Safe to run again: ids are derived, and what is there already is left alone.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.demo import items, opinions, publishing
from deploy.demo.accounts import make_accounts, setup_token
from deploy.demo.client import Platform, StoryStopped, now
from deploy.demo.setting_up import set_up, settled
from deploy.demo.story import Story, read_story
from shared.workdays import legal_day

console = Console()


def main() -> int:
    """Exit code 1 when the story cannot go on; what was told so far stays."""
    arguments = _arguments()
    story = read_story()
    origin = arguments.url.rstrip("/")
    make_accounts(story, arguments.data)
    logins = {person.id: person.login for person in story.people}
    with httpx.Client(base_url=origin, timeout=30, trust_env=False) as http:
        token = setup_token(arguments.data, origin)
        platform = Platform(http, logins, story.password, token)
        try:
            tell(platform, story, legal_day(now()), arguments.wechat)
        except StoryStopped as problem:
            console.print(f"演示内容没有载入完：{problem}", style="bold red", markup=False)
            return 1
    if arguments.accounts:
        console.print(accounts_table(story))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--data", type=Path, default=os.environ.get("GONGKAI_DATA"))
    parser.add_argument("--wechat", default=os.environ.get("GONGKAI_WECHAT_URL"))
    arguments = parser.parse_args()
    # Embedded mode names the origin in the environment and prints the accounts itself.
    arguments.accounts = arguments.url is not None
    arguments.url = arguments.url or os.environ.get("GONGKAI_PUBLIC_URL")
    if not arguments.url or not arguments.data:
        parser.error("--url and --data (or GONGKAI_PUBLIC_URL and GONGKAI_DATA) are needed")
    arguments.data = Path(arguments.data)
    return arguments


def tell(platform: Platform, story: Story, today: date, sandbox: str | None) -> None:
    """Chapter by chapter, with progress. Raises StoryStopped."""
    written = [(item, opinion) for item in story.items for opinion in item.opinions]
    with _progress() as progress:
        track = _tracker(progress)
        track("机构与人员", len(story.agencies) + len(story.people), set_up(platform, story))
        settled(platform, story)
        drafting = progress.add_task("拟稿与审查", total=len(story.items))
        for item in story.items:
            for step in items.tell(platform, story, item, today):
                progress.update(drafting, description=f"拟稿与审查：{item.title[:14]} {step}")
            progress.advance(drafting)
        progress.update(drafting, description="拟稿与审查")
        released = [item for item in story.items if item.ends == "released"]
        track("发布", len(released), publishing.tell_all(platform, story, released, today, sandbox))
        answering = progress.add_task("公众意见", total=len(written))
        for item, opinion in written:
            for _ in opinions.tell(platform, story, item, opinion, today):
                progress.refresh()
            progress.advance(answering)


def _progress() -> Progress:
    words = TextColumn("{task.description}", justify="left")
    return Progress(words, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)


def _tracker(progress: Progress) -> Callable[[str, int, Iterator[str]], None]:
    def track(name: str, total: int, steps: Iterator[str]) -> None:
        task = progress.add_task(name, total=total)
        for done, step in enumerate(steps, 1):
            shown = f"{name}：{step[:20]}"
            progress.update(task, completed=min(done, total), description=shown)
        progress.update(task, completed=total, description=name)

    return track


def accounts_table(story: Story) -> Table:
    table = Table("用户名", "密码", "姓名", "职务", title="演示账号")
    for person in story.people:
        table.add_row(person.login, story.password, person.name, person.title)
    return table


if __name__ == "__main__":
    sys.exit(main())
