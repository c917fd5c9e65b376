"""The portal's files: written whole or not at all, in their own folder, and again after a loss."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from services.publisher.labels import PAGES
from services.publisher.main import SERVICE
from services.publisher.portal.files import Folder, PortalUnwritable, safe_name
from services.publisher.portal.site import Site
from shared.errors import OutOfSpace
from tests.approval.story import sha, text
from tests.kernel import running
from tests.publisher.conftest import World
from tests.publisher.story import AGENCY, ITEM, OTHER, TITLE

PAGE_URL = f"/a/{AGENCY}/i/{ITEM}.html"
FILES = {"名册（2026年）.pdf": b"%PDF-1.7 roster"}


async def test_files_are_replaced_whole(tmp_path: Path):
    folder = Folder(tmp_path)
    await folder.write("/a/x.html", b"old")
    inode = (tmp_path / "a/x.html").stat().st_ino
    await folder.write("/a/x.html", b"new")
    assert (tmp_path / "a/x.html").read_bytes() == b"new"
    assert (tmp_path / "a/x.html").stat().st_ino != inode, "written aside, then renamed"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x.html"]


@pytest.mark.parametrize(
    ("code", "error"), [(errno.ENOSPC, OutOfSpace), (errno.EACCES, PortalUnwritable)]
)
async def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: Any, code: int, error: type[Exception]
):
    folder = Folder(tmp_path)
    await folder.write("/x.html", b"old")

    def fails(*_: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(error):
        await folder.write("/x.html", b"new")
    assert (tmp_path / "x.html").read_bytes() == b"old"


async def test_what_a_crash_left_half_written_is_hidden_and_swept(world: World):
    await world.published()
    left = world.portal / "a" / ".new-left"
    left.write_bytes(b"half")
    await world.site.everything()
    assert not left.exists()


async def test_a_disk_without_room_is_seen_at_the_channel_and_mended_later(
    world: World, monkeypatch: Any
):
    await world.released()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("services.publisher.portal.files._replace", full)
        await world.deliver()
    assert await world.code("WEBSITE") == "OutOfSpace"
    assert not await world.run.sql("SELECT 1 FROM portal_items"), (
        "not to be found by the search either"
    )
    await world.hurry()
    await world.settle()
    assert await world.states() == {"WEBSITE": "CONFIRMED"}


async def test_a_lost_folder_is_written_again(world: World):
    await world.published(text(TITLE, "<p>正文</p>"))
    before = {p: p.read_bytes() for p in world.portal.rglob("*") if p.is_file()}
    for path in before:
        path.unlink()
    await world.site.everything()
    await world.settle()
    after = {p: p.read_bytes() for p in world.portal.rglob("*") if p.is_file()}
    assert after == before


async def test_a_text_changed_in_our_own_store_is_not_written_again(world: World):
    await world.published()
    await world.published(text("另一件", "<p>另</p>"), item=OTHER)
    await world.run.sql("UPDATE contents SET body = '<p>篡改</p>' WHERE body LIKE '%援助%'")
    before = world.page(PAGE_URL)
    await world.site.everything()
    assert world.page(PAGE_URL) == before
    assert "篡改" not in before


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("名册.pdf", "名册.pdf"),
        ("../../../index.html", "_.._.._index.html"),
        ("a/b\\c.doc", "a_b_c.doc"),
        (".htaccess", "htaccess"),
        ("\n", "_"),
        ("", "附件"),
    ],
)
def test_names_of_attachments_stay_in_their_folder(given: str, safe: str):
    assert safe_name(given) == safe


def test_a_name_longer_than_a_file_system_takes_keeps_its_ending():
    name = safe_name("很" * 300 + ".docx")
    assert name.endswith("很.docx")
    assert len(name.encode()) <= 180


async def test_an_attachment_named_like_a_page_overwrites_no_page(world: World):
    files = {"../../../../index.html": b"<h1>hijacked</h1>"}
    notice = text(TITLE, "<p>正文</p>", files)
    await world.published(notice, files=files)
    assert "hijacked" not in world.page("/index.html")
    digest = sha(b"<h1>hijacked</h1>")
    [file] = (world.portal / f"a/{AGENCY}/f/{digest}").iterdir()
    assert file.read_bytes() == b"<h1>hijacked</h1>"


async def test_an_empty_platform_has_a_home_page_and_gets_it_again(postgres: Any):
    """Nobody is registered yet, nothing is public: whoever types the address finds the portal."""
    async with running(SERVICE, postgres) as run:
        site = Site(run.runtime, PAGES)
        await site.everything()
        await site.refresh()
        home = run.settings.data / "portal/index.html"
        assert "政务党务公开" in home.read_text("utf-8")
        assert await site.refresh() == 0, "it is written once"
        home.unlink()
        await site.everything()
        await site.refresh()
        assert home.exists()
