"""What the documents say exists: links, images, make targets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def broken(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    return [
        link for link in links if "://" not in link and not (page.parent / link).resolve().exists()
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_make_targets_exist(page):
    assert broken(page) == []
    named = set(re.findall(r"`(?:GONGKAI_\S+ )*make ([a-z]+)", page.read_text("utf-8")))
    assert named <= TARGETS


def test_a_link_that_leads_nowhere_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[there](page.md) [gone](gone.md) [outside](https://example.org/x)")
    assert broken(page) == ["gone.md"]
