"""Row 15: a witness that is down, lies, forges or never ends. Publishing goes on; evidence waits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.audit.conftest import Store
from tests.audit.parties import Parties, parties, writing
from tests.audit.test_publishing import RECORDS
from tlog.cosignature import cosign
from tlog.note import COSIGNATURE, Signature, SigningKey, parse_note, sign
from tlog.policy import judge
from tlog.submission import parse_submission


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


class Lying(httpx.AsyncBaseTransport):
    """Answers every submission the same way."""

    def __init__(self, known: Parties, way: str) -> None:
        self.known = known
        self.way = way

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = b"".join([part async for part in request.stream])  # type: ignore[union-attr]
        if request.method == "GET":
            return httpx.Response(404)
        match self.way:
            case "a signature by another key under its name":
                name = self.known.witnesses["upper"].name
                forged = SigningKey(name, COSIGNATURE, bytes([77]) * 32)
                line = cosign(forged, parse_submission(body).note.text, 1_800_000_000).line
                return httpx.Response(200, text=line)
            case "its key's id with bytes that are no signature":
                key = self.known.witnesses["upper"]
                forged = SigningKey(key.name, COSIGNATURE, bytes([77]) * 32)
                made = cosign(forged, parse_submission(body).note.text, 1_800_000_000)
                return httpx.Response(200, text=Signature(key.name, key.id, made.data).line)
            case "a signature of something else":
                own = SigningKey(self.known.witnesses["upper"].name, COSIGNATURE, bytes([2]) * 32)
                return httpx.Response(200, text=cosign(own, "x\n1\ny\n", 1_800_000_000).line)
            case "the log's own kind of signature":
                return httpx.Response(200, text=sign(SigningKey("x", 1, bytes(32)), "x\n").line)
            case "a size that cannot be":
                kind = {"content-type": "text/x.tlog.size"}
                return httpx.Response(409, text="99999999999\n", headers=kind)
            case "that our history is another":
                return httpx.Response(422, text="no\n")
            case "without end":
                return httpx.Response(200, stream=Endless())
            case _:
                return httpx.Response(200, text="\u2014 nonsense")


class Endless(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 10_000
            await asyncio.sleep(0)


WAYS = {
    "a signature by another key under its name": "见证签名无效",
    "its key's id with bytes that are no signature": "见证签名无效",
    "a signature of something else": "见证签名无效",
    "the log's own kind of signature": "见证签名无效",
    "a size that cannot be": "记得 99999999999 条，本台账要签的只有 100 条",
    "that our history is another": "记得的前 0 条与本台账不一致",
    "without end": "应答过长",
    "nonsense": "见证签名无效",
}


@pytest.mark.parametrize("way", WAYS)
async def test_what_a_witness_says_wrongly_is_not_believed_and_stops_nothing(
    store: Store, known: Parties, way: str
) -> None:
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:100])
    known.instead = {"upper": Lying(known, way)}
    async with known.publisher(store) as publisher:
        assert await publisher.publish()
    note = parse_note(known.note())
    verdict = judge(known.policy, note)
    assert (verdict.quorum, set(verdict.times)) == (False, {"discipline"})
    assert len(note.signatures) == 2, "nothing false stands under the note"
    [row] = await store.sql("SELECT fault FROM ledger_witness WHERE name = 'upper'")
    assert row["fault"].startswith(WAYS[way])

    known.instead = {}
    await store.sql("UPDATE ledger_published SET asked_at = asked_at - interval '1 min'")
    async with known.publisher(store) as publisher:
        await publisher.publish()
    assert judge(known.policy, parse_note(known.note())).quorum


async def test_with_one_of_three_away_two_of_three_are_a_quorum(
    store: Store, tmp_path: Path
) -> None:
    known = parties(tmp_path, "upper", "discipline", "archives")
    known.quorum = "2"
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:100])
    known.away = {"archives"}
    async with known.publisher(store) as publisher:
        await publisher.publish()
    assert judge(known.policy, parse_note(known.note())).quorum
    known.away = {"archives", "upper"}
    async with writing(store) as ledger:
        await ledger.append(RECORDS[:200])
    async with known.publisher(store) as publisher:
        await publisher.publish()
    assert not judge(known.policy, parse_note(known.note())).quorum
    rows = await store.sql("SELECT size FROM ledger_note WHERE quorum")
    assert [row["size"] for row in rows] == [100], "evidence stays with what was witnessed"
