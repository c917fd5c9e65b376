"""The sandbox's account: drafts, published articles, tokens and faults; kept in one JSON file."""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Faults:
    """What goes wrong next. Counters count down; `quota`, `reject` and `refuse` stay until switched off."""

    expire: int = 0  # calls that answer 42001
    invalid: int = 0  # calls that answer 40001
    quota: bool = False  # publishing calls answer 45009
    reject: bool = False  # submissions are rejected afterwards
    refuse: str = ""  # drafts whose title contains this answer 53503
    drop: int = 0  # drafts that are made although the answer is lost
    slow: float = 0.0  # seconds before each answer
    pending: int = 1  # polls that still say "publishing"


@dataclass
class State:
    token: str = ""
    drafts: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)


class Account:
    """`path` keeps the state over restarts; None keeps it in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.state = State()
        if path is not None and path.exists():
            kept = json.loads(path.read_text("utf-8"))
            self.state = State(
                kept["token"], kept["drafts"], kept["posts"], Faults(**kept["faults"])
            )

    def save(self) -> None:
        if self._path is None:
            return
        aside = self._path.with_suffix(".new")
        aside.write_text(json.dumps(asdict(self.state), ensure_ascii=False), "utf-8")
        os.replace(aside, self._path)

    def new_token(self) -> str:
        """A stable token: the same one until it is declared expired."""
        if not self.state.token:
            self.state.token = secrets.token_hex(16)
            self.save()
        return self.state.token

    def add_draft(self, articles: list[dict[str, Any]]) -> str:
        media_id = f"media-{len(self.state.drafts) + 1}-{secrets.token_hex(4)}"
        self.state.drafts.append({"media_id": media_id, "articles": articles, "sent": False})
        self.save()
        return media_id

    def submit(self, media_id: str) -> dict[str, Any] | None:
        """A post for the draft; None when there is no such draft."""
        draft = next(
            (d for d in self.state.drafts if d["media_id"] == media_id and not d["sent"]), None
        )
        if draft is None:
            return None
        draft["sent"] = True
        number = len(self.state.posts) + 1
        post = {
            "publish_id": f"publish-{number}",
            "article_id": f"article-{number}",
            "articles": draft["articles"],
            "polls": 0,
            "rejected": self.state.faults.reject,
            "at": int(time.time()),
        }
        self.state.posts.append(post)
        self.save()
        return post
