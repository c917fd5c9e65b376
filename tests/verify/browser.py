"""The page in a real Chromium, opened from disk and cut off from every network."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FilePayload, Page, async_playwright

from tests.verify.signers import POLICY

HERE = Path("verify/verify.html").resolve()
PAGE = HERE.as_uri()


@dataclass(frozen=True)
class Sheet:
    """The page. `asked` is every address it asked for; `errors` what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def trust(self, policy: str = POLICY) -> list[str]:
        await self.page.get_by_label("信任策略全文").fill(policy)
        await self.page.get_by_role("button", name="采用").click()
        return await self.page.locator("#trusted li").all_inner_texts()

    async def check(self, data: bytes, name: str = "evidence.zip") -> dict[str, Any]:
        """Choose a ZIP as a person does, and read what stands on the page."""
        file = FilePayload(name=name, mimeType="application/zip", buffer=data)
        await self.page.get_by_label("选择证据包").set_input_files(file)
        await self.page.locator("#about", has_text=name).wait_for()
        return await self.read()

    async def read(self) -> dict[str, Any]:
        verdict = await self.page.locator("#verdict").inner_text()
        why = await self.page.locator("#why li").all_text_contents()
        lines = await self.page.locator("#lines li").all_text_contents()
        return {"verdict": verdict.partition("结论：")[2], "why": why, "lines": lines}

    async def outcome(self, data: bytes) -> dict[str, Any]:
        """The same judgement without the screen."""
        outcome: dict[str, Any] = await self.call("evidenceOutcome", data)
        return outcome

    async def call(self, expression: str, *blobs: bytes) -> Any:
        """Calls a function of the page; bytes become Uint8Array, and come back as lists."""
        code = f"""async (packed) => {{
            const blobs = packed.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
            const said = await ({expression})(...blobs);
            return said instanceof Uint8Array ? Array.from(said) : said;
        }}"""
        return await self.page.evaluate(code, [b64encode(blob).decode() for blob in blobs])

    async def faults(self) -> list[str]:
        found = await Axe().run(self.page)
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]

    async def forget(self) -> None:
        await self.page.evaluate("localStorage.removeItem('gongkai-verify/trusted')")
        await self.page.reload()


@asynccontextmanager
async def sheet_in(chromium: str, width: int = 1280, at: Path = HERE) -> AsyncIterator[Sheet]:
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        context = await browser.new_context(offline=True, viewport={"width": width, "height": 800})
        page = await context.new_page()
        sheet = Sheet(page)
        page.on("request", lambda request: sheet.asked.append(request.url))
        page.on("pageerror", lambda error: sheet.errors.append(str(error)))
        page.on(
            "console", lambda said: sheet.errors.append(said.text) if said.type == "error" else None
        )
        await page.goto(at.as_uri())
        yield sheet
        await browser.close()
