"""Commands of the running platform, a word in every text of them, by the platform's own OpenAPI."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from deploy.demo.client import Platform
from deploy.embedded.databases import SERVICES

# What a schema says of a string that is no free text.
LIMITED = ("enum", "const", "pattern", "format")
Place = tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """One command as the platform describes it; `texts` are the places where any text fits."""

    method: str
    path: str
    texts: tuple[Place, ...]

    def called_by(self, method: str, path: str) -> bool:
        pattern = re.sub(r"\{\w+\}", "[^/]+", self.path)
        return method == self.method and re.fullmatch(pattern, path) is not None

    def name(self, place: Place) -> str:
        return f"{self.method} {self.path} {'.'.join(place)}"


def operations(platform: Platform) -> list[Operation]:
    """Every command of every service that takes JSON."""
    found = []
    for service in SERVICES:
        spec = platform.ask("citizen", "GET", f"/{service}/api/openapi.json").json()
        for path, methods in spec["paths"].items():
            for method, about in methods.items():
                content = about.get("requestBody", {}).get("content", {})
                if body := content.get("application/json"):
                    texts = tuple(dict.fromkeys(_texts(spec, body["schema"], ())))
                    found.append(Operation(method.upper(), path, texts))
    return found


def _texts(spec: Any, schema: Any, place: Place) -> Iterator[Place]:
    if name := schema.get("$ref"):
        schema = spec["components"]["schemas"][name.rpartition("/")[2]]
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _texts(spec, one, place)
    if schema.get("type") == "object":
        for name, inner in schema.get("properties", {}).items():
            yield from _texts(spec, inner, (*place, name))
    elif schema.get("type") == "array":
        yield from _texts(spec, schema.get("items", {}), (*place, "0"))
    elif schema.get("type") == "string" and not any(word in schema for word in LIMITED):
        yield place


@dataclass
class Marked:
    """Gives commands. Where a body has no word in a text, the word is tried there once: it is refused.

    `typed` names every text in which the word was given.
    """

    platform: Platform
    word: str
    known: list[Operation]
    typed: set[str] = field(default_factory=set)

    def text(self, name: str) -> str:
        return f"{self.word}于{name}"

    def do(self, who: str, method: str, path: str, body: Any) -> Any:
        """Raises StoryStopped when the command itself is refused."""
        [operation] = [one for one in self.known if one.called_by(method, path)]
        for place in operation.texts:
            if self.word in str(_at(body, place)):
                self.typed.add(operation.name(place))
            elif (tried := _with(body, place, self.text("代码"))) is not None:
                self._refused(who, method, path, tried, operation.name(place))
        elsewhere = _elsewhere(path, self.word)
        self._refused(who, method, elsewhere, body, f"{operation.method} {operation.path}")
        return self.platform.do(who, method, path, patient=True, json=body)

    def _refused(self, who: str, method: str, path: str, body: Any, name: str) -> None:
        if name in self.typed:
            return
        answer = self.platform.ask(who, method, path, json=body)
        assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code}"
        self.typed.add(name)

    @property
    def untyped(self) -> set[str]:
        every = {one.name(place) for one in self.known for place in one.texts}
        return every - self.typed


def _at(body: Any, place: Place) -> Any:
    for name in place:
        inner = dict(enumerate(body)) if isinstance(body, list) else body or {}
        body = inner.get(0 if isinstance(body, list) else name)
    return body


def _with(body: Any, place: Place, text: str) -> Any | None:
    """The body with this text at the place; None where the body has no such part."""
    changed = copy.deepcopy(body)
    part = _at(changed, place[:-1])
    if isinstance(part, list) and part:
        part[0] = text
    elif isinstance(part, dict):
        part[place[-1]] = text
    else:
        return None
    return changed


def _elsewhere(path: str, word: str) -> str:
    """The same command to a thing whose id is the word."""
    start, api, rest = path.partition("/api/v1/")
    kind, _, end = rest.partition("/")
    _, _, act = end.partition("/")
    return f"{start}{api}{kind}/{quote(word)}{'/' + act if act else ''}"
