"""A real small HTTP server standing for catalog (its documented answers) and for the token issuer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from shared.events import Json
from tests.approval.story import hash_of, sha
from tests.kernel import token


@dataclass
class Catalog:
    """What it knows. `down` makes every answer a 503; `asked` records who asked for texts."""

    url: str = ""
    contents: dict[str, Json] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False

    def hold(self, text: Json, files: dict[str, bytes] | None = None) -> str:
        """Keep a submitted text; return its manifest hash."""
        self.blobs |= {sha(data): data for data in (files or {}).values()}
        self.contents[hash_of(text)] = text
        return hash_of(text)


def app_of(catalog: Catalog) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def away(request: Request, call_next: Any) -> Response:
        catalog.asked.append(request.headers.get("authorization", ""))
        if catalog.down:
            return JSONResponse({"title": "away"}, 503)
        answer: Response = await call_next(request)
        return answer

    @app.post("/signin/token")
    async def issue() -> Json:
        return {"access_token": token("service:approval"), "expires_in": 3600}

    @app.get("/catalog/api/v1/contents/{hash}")
    async def content(hash: str) -> Response:
        found = catalog.contents.get(hash)
        return JSONResponse(found) if found else JSONResponse({}, 404)

    @app.get("/catalog/api/v1/contents/{hash}/blobs/{sha}")
    async def blob(hash: str, sha: str) -> Response:
        found = catalog.blobs.get(sha)
        return JSONResponse({}, 404) if found is None else Response(found)

    @app.get("/catalog/api/v1/people")
    async def people(ids: str) -> Json:
        return {id: {"name": catalog.people[id]} for id in ids.split(",") if id in catalog.people}

    return app


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """The app over real HTTP on a free port; gives its address. Its lifespan is the caller's business."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from now on a connection waits instead of being refused
    config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    served = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await served
        listening.close()


@asynccontextmanager
async def standing() -> AsyncIterator[Catalog]:
    catalog = Catalog()
    async with serving(app_of(catalog)) as url:
        catalog.url = url
        yield catalog
