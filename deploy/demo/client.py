"""HTTP as the people of the story: their own tokens, patience while facts travel, clear failures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
# Not refusals but "not yet": the service is starting, or the fact has not travelled so far.
NOT_YET = (429, 502, 503, 504)
PATIENCE = 60.0


class StoryStopped(Exception):
    """The story cannot go on; the text says where and why."""


@dataclass
class Platform:
    """The platform from outside. `setup_token` is the operator's, until there is an administrator."""

    http: httpx.Client
    logins: dict[str, str]
    password: str
    setup_token: str
    tokens: dict[str, str] = field(default_factory=dict)

    def once(self, who: str, method: str, path: str, **sent: Any) -> httpx.Response:
        """One request and its answer, whatever it is. Raises httpx.TransportError."""
        headers = self._headers(who) | sent.pop("headers", {})
        return self.http.request(method, path, headers=headers, **sent)

    def ask(self, who: str, method: str, path: str, **sent: Any) -> httpx.Response:
        """One request, repeated while the answer is "not yet". Refusals are returned."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.once(who, method, path, **sent)
            except httpx.TransportError as error:
                if time.monotonic() > end:
                    raise StoryStopped(f"{path} 没有响应：{error!r}") from error
                time.sleep(0.5)
                continue
            if answer.status_code not in NOT_YET or time.monotonic() > end:
                return answer
            time.sleep(min(float(answer.headers.get("Retry-After", 0.5)), 5))

    def do(self, who: str, method: str, path: str, patient: bool = False, **sent: Any) -> Any:
        """The answer's JSON. `patient`: 403 and 404 may mean that news has not arrived yet.

        Raises StoryStopped with the service's own words.
        """
        end = time.monotonic() + PATIENCE
        while True:
            answer = self.ask(who, method, path, **sent)
            if answer.status_code < 400:
                return answer.json() if answer.content else {}
            if not (patient and answer.status_code in (403, 404)) or time.monotonic() > end:
                raise StoryStopped(
                    f"{who} {method} {path} → {answer.status_code}：{answer.text[:500]}"
                )
            time.sleep(0.3)

    def find(self, who: str, path: str) -> Any | None:
        """The answer's JSON, or None when it is not there or not to be seen (yet)."""
        answer = self.ask(who, "GET", path)
        return answer.json() if answer.status_code < 400 else None

    def until(self, what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
        """Wait for an asynchronous step. Raises StoryStopped when it does not come."""
        end = time.monotonic() + patience
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > end:
                raise StoryStopped(f"等待超时：{what}")
            time.sleep(0.3)

    def _headers(self, who: str) -> dict[str, str]:
        if who == "citizen":
            return {"Origin": str(self.http.base_url).rstrip("/")}
        return {"Authorization": f"Bearer {self._token(who)}"}

    def _token(self, who: str) -> str:
        if who == "setup":
            return self.setup_token
        if who not in self.tokens:
            form = {"grant_type": "password", "username": self.logins[who],
                    "password": self.password}  # fmt: skip
            answer = self.http.post("/signin/token", data=form)
            if answer.status_code != 200:
                raise StoryStopped(f"{who} 不能登录：{answer.text[:200]}")
            self.tokens[who] = answer.json()["access_token"]
        return self.tokens[who]


def now() -> datetime:
    return datetime.now(UTC)
