"""Sign-in page, tokens and public keys over HTTP."""

import asyncio
import hmac
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deploy.signin.accounts import Account, Accounts, matches, read_accounts
from deploy.signin.attempts import Attempts
from deploy.signin.keys import LIFETIME, Issuer, public_keys, signing_key
from deploy.signin.page import render, safe_next

COOKIE = "gongkai_token"
WRONG = "用户名或密码不正确"

router = APIRouter(prefix="/signin")


class SignInRefused(Exception):
    """Wrong password or too many tries; the text is for people, `status` for HTTP."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass
class SignIn:
    """Everything the issuer knows: key, accounts file, secrets of the services."""

    issuer: Issuer
    accounts_file: Path
    clients: Mapping[str, str]
    attempts: Attempts
    hashing: asyncio.Semaphore

    @property
    def accounts(self) -> Accounts:
        return read_accounts(self.accounts_file)

    async def check(self, login: str, password: str, address: str) -> Account:
        """The account; raises SignInRefused. Each check takes 64 MiB, so two at a time."""
        wait = self.attempts.wait(login, address)
        if wait > 0:
            raise SignInRefused(f"登录失败次数过多，请在 {math.ceil(wait / 60)} 分钟后再试", 429)
        found = self.accounts.by_login.get(login)
        async with self.hashing:
            right = await asyncio.to_thread(matches, found, password)
        if found is None or not right:
            self.attempts.failed(login, address)
            raise SignInRefused(WRONG, 401)
        self.attempts.succeeded(login, address)
        return found


def create_app(
    data: Path,
    public_url: str,
    clients: Mapping[str, str],
    clock: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The issuer over `data`/signin, with the services' secrets by name."""
    folder = data / "signin"
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    issuer = Issuer(signing_key(folder), public_url.rstrip("/"))
    app.state.signin = SignIn(
        issuer, folder / "accounts.json", clients, Attempts(clock), asyncio.Semaphore(2)
    )
    app.include_router(router)
    return app


def _signin(request: Request) -> SignIn:
    state: SignIn = request.app.state.signin
    return state


Local = Annotated[SignIn, Depends(_signin)]


@router.get("/jwks.json")
def jwks(signin: Local) -> dict[str, Any]:
    """Public keys, for whoever verifies tokens."""
    return public_keys(signin.issuer.key)


@router.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/", response_class=HTMLResponse)
def page(signin: Local, next: str = "/work") -> str:
    """The form."""
    return render(signin.accounts, next)


@router.post("/")
async def sign_in(
    signin: Local,
    request: Request,
    login: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form(max_length=2000)] = "/work",
) -> Response:
    """Check the password; set the cookie and go on to `next` (a path of this origin)."""
    try:
        _from_own_page(request)
        account = await signin.check(login.strip(), password, _address(request))
    except SignInRefused as refusal:
        html = render(signin.accounts, next, login, str(refusal))
        return HTMLResponse(html, refusal.status)
    response = RedirectResponse(safe_next(next), 303)
    _set_cookie(response, _token(signin, account), signin.issuer.public_url)
    return response


@router.post("/logout")
def sign_out(request: Request) -> Response:
    """Forget the cookie and go to the public site."""
    try:
        _from_own_page(request)
    except SignInRefused as refusal:
        return JSONResponse({"detail": str(refusal)}, refusal.status)
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


@router.post("/token")
async def token(
    signin: Local,
    request: Request,
    grant_type: Annotated[str, Form()],
    username: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    client_id: Annotated[str, Form(max_length=100)] = "",
    client_secret: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """OAuth 2 token endpoint: `client_credentials` for services, `password` for demo accounts."""
    if grant_type == "client_credentials":
        return _service_token(signin, client_id, client_secret)
    if grant_type != "password" or not signin.accounts.demo:
        return _oauth_error("unsupported_grant_type", "不支持这种授权方式", 400)
    try:
        account = await signin.check(username, password, _address(request))
    except SignInRefused as refusal:
        return _oauth_error("invalid_grant", str(refusal), refusal.status)
    return _granted(_token(signin, account))


def _service_token(signin: SignIn, name: str, secret: str) -> Response:
    expected = signin.clients.get(name, "")
    if not expected or not hmac.compare_digest(expected.encode(), secret.encode()):
        return _oauth_error("invalid_client", "服务名称或密钥不正确", 401)
    return _granted(signin.issuer.token(f"service:{name}", datetime.now(UTC)))


def _token(signin: SignIn, account: Account) -> str:
    return signin.issuer.token(account.person, datetime.now(UTC), name=account.name)


def _granted(value: str) -> Response:
    body = {"access_token": value, "token_type": "Bearer"}
    lifetime = {"expires_in": int(LIFETIME.total_seconds())}
    return JSONResponse(body | lifetime, headers={"Cache-Control": "no-store"})


def _oauth_error(code: str, text: str, status: int) -> Response:
    return JSONResponse({"error": code, "error_description": text}, status)


def _set_cookie(response: Response, value: str, public_url: str) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=public_url.startswith("https:"),
    )


def _from_own_page(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise SignInRefused("请从本平台的登录页面登录", 403)


def _address(request: Request) -> str:
    """The visitor's address as the edge saw it; the edge drops what visitors claim."""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return forwarded or (request.client.host if request.client else "")
