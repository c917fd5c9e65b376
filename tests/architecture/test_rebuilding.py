"""Every service has a test that tells its story and compares the rebuilt read tables with the live ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.runtime import Service
from tests.architecture.services import EVERY

TESTS = Path(__file__).parents[1]


def called(function: ast.AST) -> list[str]:
    """Names of the methods a function calls."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call.attr for call in calls if isinstance(call, ast.Attribute)]


def comparing(folder: Path) -> Iterator[str]:
    """Tests that look at the tables, rebuild, and look again."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_"):
                names = called(node)
                if "rebuild" in names and names.count("tables") >= 2:
                    yield node.name


@pytest.mark.parametrize("service", EVERY, ids=lambda service: service.name)
def test_rebuilt_and_live_tables_are_compared(service: Service):
    assert service.read_tables
    assert list(comparing(TESTS / service.name))


def test_a_test_that_does_not_look_twice_is_not_counted(tmp_path: Path):
    planted = tmp_path / "test_planted.py"
    planted.write_text("async def test_it(x):\n    x.tables()\n    x.rebuild()\n", "utf-8")
    assert not list(comparing(tmp_path))
    planted.write_text(
        planted.read_text("utf-8") + "    assert x.tables() == x.tables()\n", "utf-8"
    )
    assert list(comparing(tmp_path)) == ["test_it"]
