"""The five source documents: what docs/import.md expects of them is what the importer finds."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from services.catalog.bodies import plain_text, safe_html
from services.catalog.importing import html_of, read_document
from tests.catalog.conftest import World
from tests.catalog.test_cli import drafts, gongkai, origin

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "source-documents"
NONE = "–"


class Expected(NamedTuple):
    """A row of the table; hashes are the first 12 hex digits of SHA-256."""

    file: str
    title: str
    signs: str
    doc_no: str
    body: str
    formed_on: str
    told: str


def expectations() -> list[Expected]:
    lines = (ROOT / "docs" / "import.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if re.match(r"\| \d{3}_\w+\.txt ", line)]
    return [Expected(*(cell.strip(" `") for cell in row.strip("|").split("|"))) for row in rows]


def paper(name: str) -> bytes:
    path = FOLDER / name
    if not path.exists():
        pytest.skip("没有 ../shared/source-documents：五份来源文件不在项目内，未做比对")
    return path.read_bytes()


def short_hash(text: str | None) -> str:
    return sha256(text.encode()).hexdigest()[:12] if text else NONE


def test_the_table_names_five_documents():
    assert len(expectations()) == 5


@pytest.mark.parametrize("row", expectations(), ids=lambda row: row.file[:3])
def test_a_document_shows_what_was_expected_and_nothing_else(row):
    found = read_document(paper(row.file))
    assert short_hash(found.title) == row.title
    assert str(len(found.title or "") or NONE) == row.signs
    assert (found.doc_no or NONE, str(found.formed_on or NONE)) == (row.doc_no, row.formed_on)
    assert short_hash(found.issuing_body) == row.body
    told = row.told.split(", ")
    assert len(found.notes) == len(told), found.notes
    assert all(words in note for words, note in zip(told, found.notes, strict=True))


@pytest.mark.parametrize("row", expectations(), ids=lambda row: row.file[:3])
def test_every_sign_of_a_document_is_in_the_draft(row):
    data = paper(row.file)
    body = safe_html(html_of(read_document(data)))
    assert "".join(plain_text(body).split()) == "".join(data.decode("utf-8").split())


async def test_the_command_makes_five_drafts_and_names_what_is_missing(world: World):
    rows = expectations()
    for row in rows:
        paper(row.file)
    async with origin(world) as url:
        code, out = await gongkai(url, FOLDER)
        assert code == 0, out
        again, _ = await gongkai(url, FOLDER)
    assert again == 0
    items = {item["itemId"]: item for item in await drafts(world)}
    assert len(items) == 5
    kept = await world.run.sql("SELECT item_id, file_name, missing FROM imports")
    for row in rows:
        (one,) = [kept_row for kept_row in kept if kept_row["file_name"] == row.file]
        item = await world.item(one["item_id"])
        assert short_hash(item["title"]) == row.title
        assert (item["docNo"], item["formedOn"], item["disclosingBody"]) == (None, None, "")
        assert ("title" in one["missing"]) == (row.title == NONE)
