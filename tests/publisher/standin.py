"""A real small HTTP server standing for catalog, feedback and the token issuer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from shared.events import Json
from tests.approval.standin import serving
from tests.approval.story import hash_of, sha
from tests.kernel import token


@dataclass
class Others:
    """What catalog and feedback know. `down` makes every answer a 503; `asked` records the paths."""

    url: str = ""
    contents: dict[str, Json] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    results: dict[str, Json] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False

    def hold(self, text: Json, files: dict[str, bytes] | None = None) -> str:
        """Keep an approved text; return its manifest hash."""
        self.blobs |= {sha(data): data for data in (files or {}).values()}
        self.contents[hash_of(text)] = text
        return hash_of(text)

    def answer(self, text: str, nonce: str = "1" * 32) -> str:
        """Keep a handling result; return its hash."""
        digest = sha256(f"{nonce}\n{text}".encode()).hexdigest()
        self.results[digest] = {"nonce": nonce, "text": text}
        return digest


def app_of(others: Others) -> FastAPI:
    app = FastAPI()

    def found(value: Json | None, path: str) -> Response:
        others.asked.append(path)
        if others.down:
            return JSONResponse({"title": "away"}, 503)
        return JSONResponse(value) if value is not None else JSONResponse({}, 404)

    @app.post("/signin/token")
    async def issue() -> Json:
        return {"access_token": token("service:publisher"), "expires_in": 3600}

    @app.get("/catalog/api/v1/contents/{digest}")
    async def content(digest: str) -> Response:
        return found(others.contents.get(digest), f"contents/{digest}")

    @app.get("/catalog/api/v1/contents/{digest}/blobs/{part}")
    async def blob(digest: str, part: str) -> Response:
        data = others.blobs.get(part)
        return JSONResponse({}, 404) if data is None else Response(data)

    @app.get("/feedback/api/v1/results/{digest}")
    async def result(digest: str) -> Response:
        return found(others.results.get(digest), f"results/{digest}")

    @app.get("/catalog/api/v1/people")
    async def people(ids: str) -> Response:
        known = {id: {"name": others.people[id]} for id in ids.split(",") if id in others.people}
        return found(known, f"people/{ids}")

    return app


@asynccontextmanager
async def standing() -> AsyncIterator[Others]:
    others = Others()
    async with serving(app_of(others)) as url:
        others.url = url
        yield others
