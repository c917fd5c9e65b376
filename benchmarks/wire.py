"""A browser's side of HTTP/1.1 that costs next to nothing: what is measured is the server, not the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """`body` as it came: compressed and in chunks when the server sent it so."""

    status: int
    head: bytes
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Wire(asyncio.Protocol):
    """One connection that is kept open; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data = self._data + data if self._data else data
        end = self._data.find(HEAD_END)
        if end < 0 or self._answer is None:
            return
        head, start = self._data[:end].lower(), end + len(HEAD_END)
        if b"transfer-encoding: chunked" in head:
            whole = self._data.endswith(LAST_CHUNK) or self._data[start:] == LAST_CHUNK[2:]
        else:
            whole = len(self._data) >= start + _length(head)
        if whole:
            answer = Answer(int(head[9:12]), head, self._data[start:])
            waiting, self._answer, self._data = self._answer, None, b""
            if not waiting.done():
                waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed by the server"))
        self._transport = None

    @property
    def open(self) -> bool:
        return self._transport is not None

    async def ask(self, request: bytes) -> Answer:
        """Send the bytes of a request and wait for its answer. Raises OSError."""
        if self._transport is None:
            raise ConnectionResetError("closed by the server")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()


def _length(head: bytes) -> int:
    at = head.find(b"content-length:")
    return int(head[at + 15 :].partition(b"\r")[0]) if at >= 0 else 0


def get(origin: str, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    return _head("GET", origin, path, headers or {}) + b"\r\n"


def post(origin: str, path: str, body: Any, headers: Mapping[str, str] | None = None) -> bytes:
    """With a JSON body."""
    data = json.dumps(body).encode()
    own = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    return _head("POST", origin, path, own | dict(headers or {})) + b"\r\n" + data


def _head(method: str, origin: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(origin).netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n").encode()


class Wires:
    """A few connections to one origin, opened as they are needed, for requests at the same time."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._free: list[Wire] = []
        self._all: list[Wire] = []

    async def ask(self, request: bytes) -> Answer:
        one = await self._one()
        answer = await one.ask(request)
        self._free.append(one)
        return answer

    async def _one(self) -> Wire:
        while self._free:
            if (one := self._free.pop()).open:
                return one
        host, _, port = urlsplit(self.origin).netloc.partition(":")
        loop = asyncio.get_running_loop()
        _, one = await loop.create_connection(Wire, host, int(port))
        self._all.append(one)
        return one

    async def get(self, path: str) -> Answer:
        return await self.ask(get(self.origin, path))

    async def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.ask(post(self.origin, path, body, headers))

    def close(self) -> None:
        for one in self._all:
            one.close()


@asynccontextmanager
async def wires(origin: str) -> AsyncIterator[Wires]:
    some = Wires(origin)
    try:
        yield some
    finally:
        some.close()
