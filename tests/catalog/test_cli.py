"""The `gongkai import` command against a running catalog over real HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, Response

from tests.catalog.conftest import World
from tests.catalog.papers import LETTER, word
from tests.catalog.story import SFJ
from tests.kernel import token

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def origin(world: World) -> AsyncIterator[str]:
    """Catalog and a token endpoint behind one address, on a free port."""
    site = FastAPI()

    @site.post("/signin/token")
    async def sign_in(username: str = Form(), password: str = Form()) -> Response:
        if password != "gongkai-2026":
            return JSONResponse({"error_description": "用户名或密码不正确"}, 401)
        return JSONResponse({"access_token": token(username)})

    site.mount("/", world.run.app)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    config = uvicorn.Config(site, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


async def gongkai(url: str, folder: Path, password: str = "gongkai-2026") -> tuple[int, str]:
    """Exit code and what was printed."""
    environment = {**os.environ, "GONGKAI_PASSWORD": password, "COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "import", str(folder), "--agency", SFJ, "--url", url,
        "--as", "p-chen", cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "通知.docx").write_bytes(word(*LETTER))
    (tmp_path / "随笔.txt").write_text("今日无事", "utf-8")
    (tmp_path / "~$通知.docx").write_bytes(b"lock")
    (tmp_path / "表.xlsx").write_bytes(b"no")
    return tmp_path


async def drafts(world: World) -> list[Any]:
    found: list[Any] = (await world.ok("p-chen", "GET", "/items"))["items"]
    return found


async def test_every_file_is_reported_and_a_second_run_makes_nothing_new(
    world: World, folder: Path
):
    async with origin(world) as url:
        code, out = await gongkai(url, folder)
        assert code == 0, out
        assert "临江市司法局关于开展法律援助宣传月活动的通知" in out
        assert "待补充：标题、文号" in out
        assert len(await drafts(world)) == 2
        assert "共 3 个文件：已导入 2 个，略过 1 个" in out
        assert re.search(r"表\.xlsx .*略过", out)
        assert "~$" not in out
        code, out = await gongkai(url, folder)
        assert (code, out.count("已导入过")) == (0, 2), out
        assert len(await drafts(world)) == 2


async def test_one_bad_file_fails_the_command_but_not_the_others(world: World, folder: Path):
    (folder / "下级").mkdir()
    (folder / "下级" / "坏.docx").write_bytes(b"PK\x03\x04broken")
    (folder / "大.txt").write_bytes(b"a" * 11_000_000)
    async with origin(world) as url:
        code, out = await gongkai(url, folder)
    assert code == 1
    assert re.search(r"下级/坏\.docx .*失败 .*文件已损坏", out)
    assert re.search(r"大\.txt .*失败 .*超过 10 MB", out)
    assert len(await drafts(world)) == 2


async def test_a_wrong_password_and_an_empty_folder_end_with_a_text(
    world: World, folder: Path, tmp_path_factory: pytest.TempPathFactory
):
    async with origin(world) as url:
        code, out = await gongkai(url, folder, "wrong")
        assert (code, "用户名或密码不正确" in out) == (2, True)
        code, out = await gongkai(url, tmp_path_factory.mktemp("empty"))
        assert (code, "没有" in out) == (2, True)
