"""The workbench home: my tasks of four services by deadline, and which of them did not answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.caller import Asking
from shared.errors import DomainError
from shared.peers import NAMES

OTHERS = ("approval", "publisher", "feedback")
PATIENCE = 2.0  # seconds


@dataclass(frozen=True)
class Task:
    """One thing to do. `due_on` is a legal day."""

    title: str
    kind: str
    agency: str
    due_on: date | None
    provisional: bool
    href: str
    service: str


async def others(caller: Asking) -> tuple[list[Task], list[str]]:
    """Tasks from the other services, and the Chinese names of those that are silent."""
    answers = await asyncio.gather(*(_ask(caller, service) for service in OTHERS))
    tasks = [task for answer in answers if answer is not None for task in answer]
    silent = [NAMES[s] for s, answer in zip(OTHERS, answers, strict=True) if answer is None]
    return tasks, silent


async def _ask(caller: Asking, service: str) -> list[Task] | None:
    try:
        answer = await caller.peers.get(
            service, "/api/v1/tasks", as_person=caller.token, patience=PATIENCE
        )
        return [task_of(row, service) for row in answer.json()["tasks"]]
    except (DomainError, KeyError, ValueError):
        return None


def task_of(row: dict[str, Any], service: str) -> Task:
    due = row.get("dueOn")
    return Task(
        title=row["title"] or "（无标题）",
        kind=row["kind"],
        agency=row["agency"],
        due_on=date.fromisoformat(due) if isinstance(due, str) else due,
        provisional=bool(row.get("provisional")),
        href=row["href"],
        service=NAMES[service],
    )


def by_deadline(tasks: list[Task]) -> list[Task]:
    """The most urgent first; those without a date last."""
    return sorted(tasks, key=lambda task: (task.due_on is None, task.due_on or date.max))
