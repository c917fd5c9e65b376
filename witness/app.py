"""C2SP tlog-witness over HTTP: `add-checkpoint`, and what was cosigned last for whoever monitors."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from tlog.answers import REFUSALS, Answer, Refusal, answer_to
from tlog.submission import LONGEST
from tlog.text import Malformed
from witness.cosigning import Witness


def create_app(witness: Witness) -> FastAPI:
    """The routes of one witness; the submission and the monitoring prefix are the same."""
    app = FastAPI(title="gongkai-witness", docs_url=None, redoc_url=None, openapi_url=None)
    for kind in REFUSALS:
        app.add_exception_handler(kind, refuse)

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        body = await limited(request)
        return PlainTextResponse(await run_in_threadpool(witness.add, body))

    @app.get("/{place}/checkpoint")
    def checkpoint(place: str) -> Response:
        return PlainTextResponse(witness.note_of(place), headers={"Cache-Control": "no-cache"})

    @app.get("/")
    def vkey() -> Response:
        return PlainTextResponse(f"{witness.key.vkey}\n")

    return app


async def limited(request: Request) -> bytes:
    """The body. Raises Malformed as soon as it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise Malformed("the body is too long")
    return body


async def refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return response(answer_to(error))


def response(answer: Answer) -> Response:
    """With exactly the content type that the specification asks for."""
    return Response(answer.body, answer.status, headers={"Content-Type": answer.kind})
