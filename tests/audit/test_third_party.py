"""Programs of others read our live server over HTTP, and the files it exports: they find what we say."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from deploy.embedded.processes import free_port
from tests.audit.parties import Parties, parties
from tests.audit.published import published, verifier
from tests.audit.records import message
from tests.audit.story import BUREAU, story
from tests.kernel import Running
from tests.tlog.golang import Disagrees, build
from tlog.checkpoint import checkpoint_of
from tlog.note import parse_note

pytestmark = pytest.mark.slow
MORE = [
    message("catalog.item-revised.v1", f"item-{n}", 1, {"itemId": str(n)}, agency=BUREAU)
    for n in range(700)
]


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@asynccontextmanager
async def served(audit: Running) -> AsyncIterator[str]:
    """The service on a port of its own; the address of its log."""
    port = free_port()
    config = uvicorn.Config(audit.app, port=port, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}/audit/log"
    server.should_exit = True
    await task


async def test_go_reads_our_live_server_and_our_files_and_agrees(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    size = await published(audit, known, MORE)
    tree = checkpoint_of(parse_note(known.note()))
    (tmp_path / "go").mkdir()
    oracle = build(tmp_path / "go")
    upper = known.witnesses["upper"]
    async with served(audit) as log:
        for place in (log, known.folder / "public/log"):
            found = await asyncio.to_thread(oracle, place, known.log, upper, 0, 9, 255, size - 1)
            assert (found["Size"], b64decode(found["Root"])) == (size, tree.root)
            assert set(found["Signers"]) == {known.log.name, upper.name}
        other = str(known.log).replace(known.log.name, "somebody.example")
        with pytest.raises(Disagrees):
            await asyncio.to_thread(oracle, log, other, upper, 0)


async def test_the_offline_verifier_reads_the_whole_live_log(
    audit: Running, known: Parties, tmp_path: Path
) -> None:
    await published(audit, known, story())
    await published(audit, known, MORE)
    async with served(audit) as log:
        for _ in range(2):
            code, said = await verifier(tmp_path, known, "dump", log)
        assert code == 0, said
    code, said = await verifier(tmp_path, known, "dump", str(known.folder / "public/log"))
    assert code == 0, said
