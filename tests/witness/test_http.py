"""The witness over HTTP, with the status codes and content types of C2SP tlog-witness."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.tlog.logs import LOG, ORIGIN, OTHER, WITNESS, Log
from tests.witness.test_cosigning import new_witness
from tlog.note import Note, sign
from tlog.submission import LONGEST, Submission
from witness.app import create_app

LOGGED = Log(300)
FORK = Log(300, b"rewritten ")


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(new_witness(tmp_path / "witness")))
    async with httpx.AsyncClient(transport=transport, base_url="http://witness.test") as client:
        yield client


async def post(http: httpx.AsyncClient, submission: Submission) -> httpx.Response:
    return await http.post("/add-checkpoint", content=submission.encode())


async def test_a_cosignature_is_one_line(http: httpx.AsyncClient) -> None:
    answer = await post(http, LOGGED.submission(0, 200))
    assert answer.status_code == 200
    assert answer.text.startswith(f"— {WITNESS.name} ")
    assert answer.text.count("\n") == 1


async def test_a_conflict_carries_the_size_in_the_type_made_for_it(http: httpx.AsyncClient) -> None:
    await post(http, LOGGED.submission(0, 200))
    answer = await post(http, LOGGED.submission(0, 300))
    assert (answer.status_code, answer.text) == (409, "200\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"
    assert (await post(http, LOGGED.submission(int(answer.text), 300))).status_code == 200


async def test_every_refusal_has_its_status(http: httpx.AsyncClient) -> None:
    await post(http, LOGGED.submission(0, 200))
    text = LOGGED.checkpoint(300).text
    unknown = text.replace(ORIGIN, OTHER.name)
    refused = {
        404: Submission(0, (), Note(unknown, (sign(OTHER, unknown),))),
        403: Submission(200, (), Note(text, (sign(OTHER, text),))),
        400: Submission(301, (), LOGGED.note(300)),
        422: FORK.submission(200, 300),
    }
    for status, submission in refused.items():
        assert (await post(http, submission)).status_code == status
    assert (await post(http, FORK.submission(200, 200))).status_code == 422


async def test_too_long_a_body_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/add-checkpoint", content=b"x" * (LONGEST + 1))
    assert answer.status_code == 400


async def test_the_last_checkpoint_can_be_looked_up(http: httpx.AsyncClient) -> None:
    path = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert (await http.get(path)).status_code == 404
    await post(http, LOGGED.submission(0, 200))
    answer = await http.get(path)
    assert answer.text.startswith(LOGGED.checkpoint(200).text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (await http.get("/")).text == f"{WITNESS.vkey}\n"


async def test_nothing_else_is_served(http: httpx.AsyncClient) -> None:
    for path in ("/key", "/docs", "/openapi.json", f"/{LOG.name}", "/../key"):
        assert (await http.get(path)).status_code == 404
