"""Tokens and peers: who someone is, and how our services speak to each other."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator

import orjson
import pytest
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from pydantic import SecretStr

from shared.errors import NotFound
from shared.peers import PeerDown, Peers
from shared.settings import Settings
from shared.tokens import BadToken, TokenCheck
from tests.approval.standin import serving
from tests.tokens import signing_key, token

CLAIMS = {"sub": "p-1", "aud": "gongkai", "exp": 4_000_000_000}


class Issuer:
    """Publishes keys, gives tokens to services, and answers as a peer."""

    def __init__(self) -> None:
        self.keys = [signing_key()]
        self.asked: list[str] = []
        self.url = ""


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer, app = Issuer(), FastAPI()

    @app.get("/jwks.json")
    async def keys() -> JSONResponse:
        issuer.asked.append("keys")
        return JSONResponse(dict(KeySet(list(issuer.keys)).as_dict(private=False)))

    @app.post("/token")
    async def give(client_id: str = Form(), client_secret: str = Form()) -> dict[str, object]:
        issuer.asked.append(f"token of {client_id} {client_secret}")
        return {"access_token": token(f"service:{client_id}"), "expires_in": 300}

    @app.get("/catalog/{path:path}")
    async def answer(path: str, request: Request) -> Response:
        issuer.asked.append(request.headers["authorization"].removeprefix("Bearer "))
        return JSONResponse({"path": path}, {"missing": 404, "broken": 500}.get(path, 200))

    async with serving(app) as url:
        issuer.url = url
        yield issuer


def signed(key: RSAKey, **claims: object) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, CLAIMS | claims, key)


def urlsafe(header: dict[str, str]) -> str:
    return urlsafe_b64encode(orjson.dumps(header)).decode().rstrip("=")


async def test_a_token_of_the_issuer_says_who_someone_is(issuer):
    check = TokenCheck(f"{issuer.url}/jwks.json")
    assert (await check.identify(token("p-1", "陈芳"))).name == "陈芳"
    assert (await check.identify(signed(signing_key()))).person == "p-1"
    assert issuer.asked == ["keys"], "the keys are read once"


@pytest.mark.parametrize(
    "bad", [{"aud": "elsewhere"}, {"exp": 1}, {"sub": None}, {"nbf": 4_000_000_000}]
)
async def test_a_token_for_others_or_for_another_time_is_refused(issuer, bad):
    with pytest.raises(BadToken):
        await TokenCheck(f"{issuer.url}/jwks.json").identify(signed(signing_key(), **bad))


async def test_a_token_of_another_key_or_without_signature_is_refused(issuer):
    check = TokenCheck(f"{issuer.url}/jwks.json")
    stranger = RSAKey.generate_key(2048, {"kid": "test"}, private=True)
    claims = signed(signing_key()).split(".")[1]
    unsigned = f"{urlsafe({'alg': 'none', 'kid': 'test'})}.{claims}."
    symmetric = f"{urlsafe({'alg': 'HS256', 'kid': 'test'})}.{claims}.c2ln"
    for bad in (signed(stranger), unsigned, symmetric, "", "a.b.c"):
        with pytest.raises(BadToken):
            await check.identify(bad)


async def test_a_new_key_of_the_issuer_is_found_and_bad_tokens_do_not_flood_it(issuer, monkeypatch):
    check = TokenCheck(f"{issuer.url}/jwks.json")
    await check.identify(token("p-1"))
    new = RSAKey.generate_key(2048, {"kid": "new"}, private=True)
    issuer.keys.append(new)
    with monkeypatch.context() as later:
        later.setattr("shared.tokens.AGAIN", 0)
        assert (await check.identify(signed(new))).person == "p-1"
    for _ in range(20):
        with pytest.raises(BadToken):
            await check.identify("a.b.c")
    assert issuer.asked == ["keys", "keys"]


def peers(issuer: Issuer, **changes: str) -> Peers:
    told = {"token_url": f"{issuer.url}/token", "catalog_url": issuer.url,
            "client_secret": SecretStr("hush"), **changes}  # fmt: skip
    return Peers("audit", Settings.model_construct(**told))  # type: ignore[arg-type]


async def test_a_service_asks_as_itself_with_one_token_or_as_the_person_it_serves(issuer):
    ours = peers(issuer)
    for _ in range(2):
        assert (await ours.get("catalog", "/x")).json() == {"path": "x"}
    await ours.get("catalog", "/x", as_person="a person's token")
    await ours.close()
    asked_for, first, second, person = issuer.asked
    assert asked_for == "token of audit hush"
    assert first == second
    assert person == "a person's token"


async def test_a_peer_that_fails_or_is_away_is_named_and_what_is_missing_is_not_found(issuer):
    ours = peers(issuer)
    with pytest.raises(NotFound):
        await ours.get("catalog", "/missing")
    with pytest.raises(PeerDown, match="信息目录") as fault:
        await ours.get("catalog", "/broken")
    assert fault.value.extra == {"service": "catalog"}
    await ours.close()
    for away in ({"catalog_url": "http://127.0.0.1:9"}, {"token_url": "http://127.0.0.1:9"}):
        ours = peers(issuer, **away)
        with pytest.raises(PeerDown):
            await ours.get("catalog", "/x", patience=5)
        await ours.close()
