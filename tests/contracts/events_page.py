"""docs/events.md, written from shared/contracts: `python -m tests.contracts.events_page`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.audit.domain.timeline import TYPES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/events.md"
HEAD = """# Events that leave

One example each in `shared/contracts/`: the producer's tests write exactly its shape, the consumers'
tests read it. Every other fact leaves as its type and SHA-256. This page is written from the examples by
`python -m tests.contracts.events_page`; a test compares it.
"""


def page() -> str:
    """The whole page, as it must be."""
    parts = [HEAD]
    service = ""
    for path in sorted((ROOT / "shared/contracts").glob("*.json")):
        example = json.loads(path.read_text("utf-8"))
        kind: str = example["type"]
        if kind.partition(".")[0] != service:
            service = kind.partition(".")[0]
            parts.append(f"## {service}\n")
        parts.append(f"### {TYPES.get(kind, kind)} `{kind}`\n{_fields(example['data'])}\n")
    return "\n".join(parts)


def _fields(data: dict[str, Any]) -> str:
    return " · ".join(f"`{name}` {_kind(value)}" for name, value in data.items())


def _kind(value: object) -> str:
    """What an example value is, in one word or two."""
    match value:
        case None:
            return "or nothing"
        case bool():
            return "yes or no"
        case int():
            return "number"
        case str():
            return "text"
        case list():
            return f"list of {_kind(value[0])}" if value else "list"
        case dict():
            return "{" + ", ".join(value) + "}"
        case _:
            raise TypeError(value)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
