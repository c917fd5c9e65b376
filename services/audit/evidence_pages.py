"""Evidence to take away (导出证据): one button, one ZIP; that it was taken is recorded before it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from services.audit import queries
from services.audit.evidence import collect, ranges
from services.audit.evidence.archive import Files, TooLarge, size_of, write
from services.audit.inspector import NOBODY, Inspecting, Inspector
from services.audit.proofs import NoSuchSize
from services.audit.vault import Vault, vault_of
from shared.db import Db
from shared.errors import Forbidden

router = APIRouter(prefix="/evidence", tags=["evidence"])
Number = Annotated[int, Form(ge=0, lt=2**63)]
Making = Callable[[Db, Vault], Awaitable[Files]]
OTHERS = """
SELECT 1 FROM ledger_event WHERE idx >= $1 AND idx < $2 AND NOT agency = ANY($3) LIMIT 1
"""


GIVEN = "gongkai-evidence"  # cookie: sizes of the notes this browser was given, the newest last
KEPT, YEAR = 40, 31_536_000  # sizes, seconds


@dataclass(frozen=True)
class Remembered:
    """Sizes of which the inspector may have a note: the one she names, and those she was given here.

    So each evidence connects with the ones before without her being asked.
    """

    named: int
    given: tuple[int, ...]

    def __iter__(self) -> Iterator[int]:
        return iter((self.named, *self.given))

    def and_now(self, size: int) -> str:
        """The cookie's next value."""
        kept = [*(one for one in self.given if one != size), size]
        return ".".join(str(one) for one in kept[-KEPT:])


def remembered(
    request: Request, since: Annotated[str, Form(pattern="^[0-9]{0,15}$")] = ""
) -> Remembered:
    """From the form and the cookie, which is the browser's word and decides nothing."""
    words = request.cookies.get(GIVEN, "").split(".")[-KEPT:]
    given = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 16]
    return Remembered(int(since or 0), tuple(given))


Since = Annotated[Remembered, Depends(remembered)]


class NotAllYours(Forbidden):
    """Leaves are for everybody; records only for who supervises every agency in the range."""

    text = "该范围内有您监督范围以外机关的记录：可以导出条目，但不能附带原始消息"


@router.post("/events/{id}")
async def event(inspector: Inspector, id: str, since: Since) -> FileResponse:
    """One entry with its record. Raises NoSuchEntry, NotYetWitnessed, Unwitnessed, Unproved."""
    row = await inspector.entry(id)
    await inspector.note_reading("EVIDENCE", row["id"], 1)
    index = row["idx"]
    return await _made(
        inspector, f"event-{index}", since, lambda db, vault: collect.event(db, vault, index, since)
    )


@router.post("/items/{item}")
async def item(inspector: Inspector, item: str, since: Since) -> FileResponse:
    """The whole history of an item. Raises NoHistory and what `event` raises."""
    async with inspector.reading() as db:
        rows = await queries.timeline(db, item)
    await inspector.note_reading("EVIDENCE", item, len(rows))
    return await _made(
        inspector, f"item-{item}", since, lambda db, vault: collect.history(db, vault, item, since)
    )


@router.post("/days")
async def day(
    inspector: Inspector,
    day: Annotated[date, Form()],
    since: Since,
    records: Annotated[bool, Form()] = False,
) -> FileResponse:
    """All entries of a day. Raises NoAnchor and what `event` raises."""
    async with inspector.ledger() as db:
        first, end = await ranges.ends_of(db, day)
    if records:
        await _all_yours(inspector, first, end, day.isoformat())
    return await _made(
        inspector,
        f"day-{day.isoformat()}",
        since,
        lambda db, vault: ranges.day_of(db, vault, day, content=records, since=since),
    )


@router.post("/ranges")
async def span(
    inspector: Inspector,
    first: Number,
    end: Number,
    since: Since,
    records: Annotated[bool, Form()] = False,
) -> FileResponse:
    """Entries `first` to `end` − 1. Raises BadRange and what `event` raises."""
    if records:
        await _all_yours(inspector, first, end, f"{first}-{end}")
    return await _made(
        inspector,
        f"range-{first}-{end}",
        since,
        lambda db, vault: ranges.range_of(db, vault, first, end, content=records, since=since),
    )


async def _all_yours(inspector: Inspecting, first: int, end: int, about: str) -> None:
    async with inspector.ledger() as db:
        if await db.fetchval(OTHERS, first, end, [*inspector.agencies, NOBODY]):
            raise NotAllYours
    await inspector.note_reading("EVIDENCE", about, max(1, end - first))


async def _made(
    inspector: Inspecting, name: str, since: Remembered, making: Making
) -> FileResponse:
    """The ZIP as a download; the file here is deleted when it has been sent. Raises NoSuchSize."""
    runtime = inspector.caller.runtime
    folder = TemporaryDirectory(prefix="gongkai-evidence-")
    path = Path(folder.name) / "evidence.zip"
    try:
        async with inspector.ledger() as db:
            files = await making(db, vault_of(runtime.settings))
            if since.named and f"consistency/{since.named}" not in files:
                raise NoSuchSize(field="since")
            await write(path, files)
    except BaseException as problem:
        folder.cleanup()
        if isinstance(problem, TooLarge):
            raise ranges.BadRange(field="end") from None
        raise
    disposition = f"attachment; filename*=UTF-8''{quote(f'gongkai-{name}.zip', safe='')}"
    answer = FileResponse(
        path, media_type="application/zip", headers={"Content-Disposition": disposition},
        background=BackgroundTask(folder.cleanup),
    )  # fmt: skip
    answer.set_cookie(
        GIVEN, since.and_now(size_of(files)), YEAR, path="/audit/evidence", httponly=True,
        secure=runtime.settings.public_url.startswith("https:"), samesite="strict",
    )  # fmt: skip
    return answer
