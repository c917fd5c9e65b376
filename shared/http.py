"""Errors as RFC 9457 problems (JSON) or as a page; correlation ids; same-origin check.

The only module that knows which kind of refusal has which status code.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from shared.db import CONNECTION_ERRORS
from shared.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    NotReady,
    OutOfSpace,
    Unavailable,
)
from shared.faults import fault_text
from shared.ids import new_id
from shared.pages import Pages
from shared.store import StaleVersion

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {
    NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422, Unavailable: 503, OutOfSpace: 507,
}  # fmt: skip


class SignInNeeded(Exception):
    """Nobody is signed in, or the token is no longer valid."""


class Busy(Unavailable):
    text = "同一内容正被多人同时办理，请刷新后再试"


class Starting(Unavailable):
    text = "系统正在准备基础数据，请稍后再试"


class TooMany(DomainError):
    """Rate limit reached; `retryAfter` in seconds."""

    text = "提交过于频繁，请稍后再试"


def status_of(error: DomainError) -> int:
    if isinstance(error, TooMany):
        return 429
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def problem_of(error: DomainError, correlation: str) -> dict[str, Any]:
    """The RFC 9457 members; `type` names the refusal, `field` the form field at fault."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    problem: dict[str, Any] = {
        "type": f"urn:gongkai:problem:{name}",
        "title": type(error).text,
        "status": status_of(error),
        "detail": error.detail,
        "correlationId": correlation,
    }
    if error.field:
        problem["field"] = error.field
    return {**error.extra, **problem}


def wants_page(request: Request) -> bool:
    return "/api/" not in request.url.path and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI, pages: Pages) -> None:
    """Give the app its error answers and correlation ids."""

    def saying(error: DomainError) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def handle(request: Request, cause: Exception) -> Response:
            log.warning("not now", cause=repr(cause))
            return answer(request, pages, error)

        return handle

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return answer(request, pages, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, pages, _first_fault(error, pages))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return answer(request, pages, NotFound("没有这个页面，请检查网址或返回首页"))
        return JSONResponse(
            {"title": str(error.detail), "status": error.status_code}, error.status_code
        )

    app.add_exception_handler(DomainError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(StaleVersion, saying(Busy()))
    app.add_exception_handler(NotReady, saying(Starting()))
    for kind in CONNECTION_ERRORS:
        app.add_exception_handler(kind, saying(Unavailable()))  # type: ignore[arg-type]
    app.middleware("http")(correlate)


async def sign_in(request: Request, _: Exception) -> Response:
    """People are sent to the sign-in page and come back; programs get a problem."""
    if not wants_page(request):
        problem = {"type": "urn:gongkai:problem:sign-in-needed", "title": "请先登录", "status": 401}
        return JSONResponse(problem, 401, media_type="application/problem+json")
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET":
        target = "/work"
    return RedirectResponse(f"/signin/?next={quote(target, safe='/')}", 303)


def answer(request: Request, pages: Pages, error: DomainError) -> Response:
    """A refusal as the client wants it: a page for people, a problem for programs."""
    problem = problem_of(error, getattr(request.state, "correlation", ""))
    status = problem["status"]
    if wants_page(request):
        response: Response = pages.render(request, "problem.html", status=status, problem=problem)
    else:
        response = JSONResponse(problem, status, media_type="application/problem+json")
    if "retryAfter" in problem:
        response.headers["Retry-After"] = str(problem["retryAfter"])
    return response


def _first_fault(error: RequestValidationError, pages: Pages) -> Invalid:
    """The service's labels give fields their Chinese names."""
    fault = error.errors()[0]
    place = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "form")]
    field = ".".join(place) or "body"
    names = [part for part in place if not part.isdecimal()]
    name = pages.label(names[-1]) if names else "内容"
    if fault["type"] in ("missing", "string_too_short", "too_short"):
        return Invalid(f"请填写「{name}」", field=field)
    return Invalid(f"「{name}」{fault_text(fault)}", field=field)


async def correlate(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Every request has an id that its facts, messages and log lines carry."""
    request.state.correlation = new_id()
    structlog.contextvars.bind_contextvars(correlation=request.state.correlation)
    response = await call_next(request)
    response.headers["X-Correlation-Id"] = request.state.correlation
    return response
