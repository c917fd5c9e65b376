"""The sandbox's account: drafts, published articles, tokens and faults; kept in one file."""

from __future__ import annotations

import json
import secrets
import time
from contextlib import suppress
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
    """`path` keeps what happened, one line each, over restarts; None keeps it in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.state = State()
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                with suppress(json.JSONDecodeError):  # empty, or torn by a kill: nobody heard of it
                    self._take(json.loads(line))

    def new_token(self) -> str:
        """A stable token: the same one until it is declared expired."""
        if not self.state.token:
            self._keep({"token": secrets.token_hex(16)})
        return self.state.token

    def switch(self, faults: Faults) -> None:
        self._keep({"faults": asdict(faults)})

    def add_draft(self, articles: list[dict[str, Any]]) -> str:
        media_id = f"media-{len(self.state.drafts) + 1}-{secrets.token_hex(4)}"
        self._keep({"draft": {"media_id": media_id, "articles": articles, "sent": False}})
        return media_id

    def submit(self, media_id: str) -> dict[str, Any] | None:
        """A post for the draft; None when there is no such draft."""
        draft = self._draft(media_id)
        if draft is None or draft["sent"]:
            return None
        number = len(self.state.posts) + 1
        post = {
            "publish_id": f"publish-{number}", "article_id": f"article-{number}",
            "articles": draft["articles"], "polls": 0, "rejected": self.state.faults.reject,
            "at": int(time.time()),
        }  # fmt: skip
        self._keep({"post": post, "of": media_id})
        return self.state.posts[-1]

    def _draft(self, media_id: str) -> dict[str, Any] | None:
        return next((d for d in reversed(self.state.drafts) if d["media_id"] == media_id), None)

    def _keep(self, line: dict[str, Any]) -> None:
        """On disk before anybody hears of it."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n" + json.dumps(line, ensure_ascii=False))
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        match line:
            case {"token": token}:
                self.state.token = token
            case {"faults": faults}:
                self.state.faults = Faults(**faults)
            case {"draft": draft}:
                self.state.drafts.append(draft)
            case {"post": post, "of": media_id}:
                self.state.posts.append(post)
                if draft := self._draft(media_id):
                    draft["sent"] = True
            case _:
                raise ValueError(f"the sandbox never wrote this: {line}")
