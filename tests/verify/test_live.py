"""What an inspector takes away in the browser is proved when the service is gone, by tools taken from it."""

import asyncio
import sys
from pathlib import Path

import pytest
from playwright.async_api import Page

from services.audit.main import SERVICE
from tests.audit.parties import Parties, parties
from tests.audit.published import published
from tests.audit.story import BUREAU, CITY, ITEM, story
from tests.conftest import TestPostgres
from tests.kernel import ORIGIN, running
from tests.looking import browsing
from tests.verify.browser import sheet_in

pytestmark = pytest.mark.browser


async def saved(page: Page, button: str, folder: Path) -> Path:
    """What comes down when it is pressed."""
    async with page.expect_download() as taking:
        await page.get_by_text(button, exact=True).first.click()
    file = await taking.value
    path = folder / file.suggested_filename
    await file.save_as(path)
    return path


async def taken_away(
    postgres: TestPostgres, chromium: str, folder: Path
) -> tuple[Parties, list[Path]]:
    """Evidence of an item, and both tools; afterwards the service is gone."""
    known = parties(folder / "parties")
    async with running(SERVICE, postgres) as service:
        await service.agency(CITY, "临江市")
        await service.agency(BUREAU, "临江市司法局", CITY)
        await service.grant("p-inspector", CITY, "SUPERVISOR", organ="o-jw", position="派驻组长")
        await published(service, known, story())
        async with browsing(service, chromium, "p-inspector") as page:
            await page.goto(f"{ORIGIN}/audit/items/{ITEM}")
            evidence = await saved(page, "导出证据", folder)
            await page.goto(f"{ORIGIN}/audit/checkpoints")
            program = await saved(page, "离线核验工具（Python）", folder)
            sheet = await saved(page, "离线核验工具（网页）", folder)
    return known, [evidence, program, sheet]


async def run(program: Path, *words: str) -> tuple[int, str]:
    """Isolated: nothing of this checkout is seen."""
    command = [sys.executable, "-I", str(program), *words, "--home", str(program.parent / "home")]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=program.parent, stdout=pipe)
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_evidence_is_true_with_the_service_gone(
    postgres: TestPostgres, chromium: str, tmp_path: Path
):
    known, [evidence, program, sheet] = await taken_away(postgres, chromium, tmp_path)
    assert (await run(program, "trust", known.policy_text))[0] == 0
    code, said = await run(program, "history", str(evidence))
    assert (code, said.partition("\n")[0]) == (0, "结论：属实"), said
    assert "item-published" in said
    export = str(known.folder / "public/log")
    assert "没有遗漏" in (await run(program, "history", str(evidence), "--log", export))[1]
    code, dumped = await run(program, "dump", export)
    assert (code, "与您以前信任的存档点一致" in dumped) == (0, True), dumped
    async with sheet_in(chromium, at=sheet) as page:
        await page.trust(known.policy_text)
        shown = await page.check(evidence.read_bytes(), evidence.name)
        assert shown["verdict"] == "属实", shown
        assert [line.strip() for line in said.splitlines()[1:]] == [
            line.strip() for line in shown["lines"]
        ]
