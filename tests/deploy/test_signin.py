"""The local issuer: who gets a token, what is in it, and what a wrong password is told."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.signin.accounts import account, matches, read_accounts, write_accounts
from deploy.signin.app import create_app
from deploy.signin.page import safe_next

ORIGIN = "http://127.0.0.1:8080"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("signin")
    people = [account("chenfang", "p-1", "陈芳", "gongkai-2026", "科员", demo=True)]
    write_accounts(place / "signin/accounts.json", people, demo=True)
    return place


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(folder: Path, clock: Clock) -> FastAPI:
    return create_app(folder, ORIGIN, {"catalog": "s3cret"}, clock)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        yield client


async def claims(http: httpx.AsyncClient, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set((await http.get("/signin/jwks.json")).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


async def test_the_form_sets_a_cookie_whose_token_verifies(http: httpx.AsyncClient) -> None:
    form = {"login": "chenfang", "password": "gongkai-2026", "next": "/catalog/items?x=1"}
    answer = await http.post("/signin/", data=form, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/items?x=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    found = await claims(http, answer.cookies["gongkai_token"])
    assert (found["sub"], found["aud"], found["iss"]) == ("p-1", "gongkai", ORIGIN + "/signin")
    assert int(str(found["exp"])) - int(str(found["auth_time"])) == 8 * 3600


@pytest.mark.parametrize("login", ["chenfang", "nobody"])
async def test_a_wrong_password_is_refused_in_chinese(http: httpx.AsyncClient, login: str) -> None:
    answer = await http.post("/signin/", data={"login": login, "password": "x"})
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text
    assert "set-cookie" not in answer.headers


async def test_guessing_is_stopped_and_allowed_again_later(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    for _ in range(5):
        await http.post("/signin/", data={"login": "chenfang", "password": "x"})
    right = {"login": "chenfang", "password": "gongkai-2026"}
    answer = await http.post("/signin/", data=right)
    assert answer.status_code == 429
    assert "登录失败次数过多，请在 5 分钟后再试" in answer.text
    clock.now += 301
    assert (await http.post("/signin/", data=right)).status_code == 303


async def test_a_foreign_page_cannot_sign_anybody_in_or_out(http: httpx.AsyncClient) -> None:
    foreign = {"Origin": "http://elsewhere.example"}
    form = {"login": "chenfang", "password": "gongkai-2026"}
    assert (await http.post("/signin/", data=form, headers=foreign)).status_code == 403
    assert (await http.post("/signin/logout", headers=foreign)).status_code == 403


async def test_signing_out_drops_the_cookie(http: httpx.AsyncClient) -> None:
    answer = await http.post("/signin/logout")
    assert answer.headers["location"] == "/"
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_a_service_gets_its_own_token(http: httpx.AsyncClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": "catalog", "client_secret": "s3cret"}
    answer = (await http.post("/signin/token", data=form)).json()
    assert (await claims(http, answer["access_token"]))["sub"] == "service:catalog"
    wrong = await http.post("/signin/token", data=form | {"client_secret": "s3cre"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


async def test_demo_accounts_may_ask_for_a_token_with_their_password(
    http: httpx.AsyncClient, folder: Path, tmp_path: Path
) -> None:
    form = {"grant_type": "password", "username": "chenfang", "password": "gongkai-2026"}
    answer = await http.post("/signin/token", data=form)
    assert (await claims(http, answer.json()["access_token"]))["name"] == "陈芳"
    write_accounts(tmp_path / "signin/accounts.json", [], demo=False)
    real = httpx.ASGITransport(create_app(tmp_path, ORIGIN, {}))
    async with httpx.AsyncClient(transport=real, base_url=ORIGIN) as client:
        assert (await client.post("/signin/token", data=form)).status_code == 400


async def test_passwords_are_listed_in_a_demo_only(http: httpx.AsyncClient, tmp_path: Path) -> None:
    assert "gongkai-2026" in (await http.get("/signin/")).text
    people = [account("li", "p-2", "李", "secret-2026", demo=True)]
    write_accounts(tmp_path / "signin/accounts.json", people, demo=False)
    real = httpx.ASGITransport(create_app(tmp_path, ORIGIN, {}))
    async with httpx.AsyncClient(transport=real, base_url=ORIGIN) as client:
        assert "secret-2026" not in (await client.get("/signin/")).text


def test_the_key_survives_a_restart_and_is_private(folder: Path) -> None:
    keys = [create_app(folder, ORIGIN, {}).state.signin.issuer.key.kid for _ in range(2)]
    assert keys[0] == keys[1]
    assert (folder / "signin/key.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb", ""])
def test_only_paths_of_our_own_are_followed(path: str) -> None:
    assert safe_next(path) == "/work"


def test_an_account_can_be_added_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.signin", "add", "wang", "p-9", "王"]
    own = os.environ | {"GONGKAI_DATA": str(tmp_path)}
    done = subprocess.run(command, env=own, input=b"long-enough", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    added = read_accounts(tmp_path / "signin/accounts.json").by_login["wang"]
    assert (added.person, matches(added, "long-enough")) == ("p-9", True)
