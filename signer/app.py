"""The signer over HTTP, for the audit service alone."""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from signer.signing import Signer
from tlog.answers import REFUSALS, Refusal, answer_to
from tlog.text import base64


def create_app(signer: Signer, secret: str) -> FastAPI:
    """`secret` is shared with the audit service."""
    app = FastAPI(title="audit-signer", docs_url=None, redoc_url=None, openapi_url=None)
    for kind in REFUSALS:
        app.add_exception_handler(kind, refuse)

    @app.post("/sign")
    async def sign(request: Request) -> Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return PlainTextResponse("not the secret\n", 401)
        return PlainTextResponse(await run_in_threadpool(signer.sign, await request.body()))

    @app.get("/status")
    def status() -> dict[str, Any]:
        latest = signer.latest()
        return {
            "origin": signer.origin,
            "size": latest.size if latest else 0,
            "root": base64(latest.root) if latest else None,
            "vkeys": [str(key.vkey) for key in signer.keys],
        }

    return app


async def refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    answer = answer_to(error)
    return Response(answer.body, answer.status, headers={"Content-Type": answer.kind})
