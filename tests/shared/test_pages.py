"""Pages: whole, or the block that htmx asked for; what a template gets wrong is an error, not a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import jinja2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from shared.pages import Pages

TEMPLATE = """{% extends "base.html" %}
{% block title %}题目{% endblock %}
{% block main %}<p id="said">{{ said }} · {{ "DRAFT" | label }} · {{ "OTHER" | label }}</p>{% endblock %}
"""


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/said.html").write_text(TEMPLATE, "utf-8")
    return Pages(tmp_path, {"DRAFT": "草稿"})


@pytest.fixture
async def http(pages: Pages) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()

    @app.get("/")
    async def said(request: Request, text: str = "甲") -> HTMLResponse:
        return pages.render(request, "said.html", said=text)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gongkai.test") as client:
        yield client


async def test_a_browser_gets_the_whole_page(http):
    page = await http.get("/")
    assert page.text.lstrip().lower().startswith("<!doctype html>")
    assert 'lang="zh-CN"' in page.text
    assert "甲 · 草稿 · OTHER" in page.text


async def test_htmx_gets_the_main_block_only_and_caches_keep_the_two_apart(http):
    block = await http.get("/", headers={"HX-Request": "true"})
    assert block.text == '<p id="said">甲 · 草稿 · OTHER</p>'
    assert block.headers["vary"] == (await http.get("/")).headers["vary"] == "HX-Request"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
async def test_htmx_gets_the_whole_page_where_it_replaces_the_whole_page(http, header):
    page = await http.get("/", headers={"HX-Request": "true", header: "true"})
    assert "<html" in page.text


async def test_what_a_person_typed_is_never_markup(http):
    page = await http.get("/", params={"text": "<script>x()</script>"})
    assert "<script>x()" not in page.text
    assert "&lt;script&gt;x()" in page.text


async def test_english_is_asked_for_and_remembered_by_cookie(http):
    for english in (
        await http.get("/?lang=en"),
        await http.get("/", headers={"Cookie": "lang=en"}),
    ):
        assert 'lang="en"' in english.text


def test_a_template_that_names_what_is_not_there_fails(pages):
    with pytest.raises(jinja2.UndefinedError):
        pages.render_static("said.html")
